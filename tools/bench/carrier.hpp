// How one client's STOMP text travels: what is written for it, and how it is found again in what comes.
// Sans-I/O: the connections belong to its port.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "tools/bench/inflater.hpp"
#include "tools/bench/options.hpp"
#include "tools/bench/target.hpp"

namespace causeway::bench {

// A client has one connection or two: SockJS over HTTP receives on the one and sends on the other.
enum class Lane : std::uint8_t { kMain, kSending };
inline constexpr std::size_t kLanes = 2;

// What a carrier sees of the rest. A call may end the client: is_alive() tells.
class Port {
public:
    Port() = default;
    Port(const Port&) = delete;
    Port& operator=(const Port&) = delete;
    virtual ~Port() = default;

    // What is appended is written by the end of the turn. Connects if need be.
    [[nodiscard]] virtual std::string& out(Lane lane) = 0;
    // Closes the connection, so that out() makes another.
    virtual void drop(Lane lane) = 0;
    // STOMP may be spoken.
    virtual void on_open() = 0;
    // The next octets of the broker's STOMP.
    virtual void on_text(std::string_view text) = 0;
    // It is over: the broker's decision, or a broken protocol, which is counted.
    virtual void on_ended(std::string why) = 0;
    virtual void on_broken(std::string what) = 0;
    [[nodiscard]] virtual bool is_alive() const = 0;
};

// What the carriers of a swarm share.
struct CarrierParts {
    const Options& options;
    const Target& target;
    std::uint64_t random;  // state of next_random()
    Inflater inflater;
    std::string text;  // for what is decoded

    [[nodiscard]] std::uint32_t next_random();
};

class Carrier {
public:
    Carrier(CarrierParts& parts, Port& port) : parts_(parts), port_(port) {}
    Carrier(const Carrier&) = delete;
    Carrier& operator=(const Carrier&) = delete;
    virtual ~Carrier() = default;

    virtual void start() = 0;
    // Whole STOMP frames, once the port was told on_open().
    virtual void send(std::string_view frame) = 0;
    virtual void on_bytes(Lane lane, std::string_view bytes) = 0;
    // What was sent in this turn is about to be written there.
    virtual void before_write(Lane) {}
    // The broker closed that connection. False: it should not have.
    [[nodiscard]] virtual bool may_close(Lane) { return false; }

protected:
    CarrierParts& parts_;
    Port& port_;
};

// As Options::wire says. Both outlive it.
[[nodiscard]] std::unique_ptr<Carrier> make_carrier(CarrierParts& parts, Port& port);

// Calls `take` with what was kept and what is fresh, in one piece; it takes off what it has used, and the
// rest is kept.
template <typename Take>
void feed(std::string& kept, std::string_view fresh, Take take) {
    if (kept.empty()) {
        take(fresh);
        kept.assign(fresh);
        return;
    }
    kept += fresh;
    const std::string whole = std::move(kept);
    kept.clear();
    std::string_view rest = whole;
    take(rest);
    kept.assign(rest);
}

}  // namespace causeway::bench
