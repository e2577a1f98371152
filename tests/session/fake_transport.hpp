// A transport without a network: keeps what the session sends, as the client would decode it, and what
// it asked for. The client reads at once until it is told to stall.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "broker/net/transport.hpp"
#include "stomp/decoder.hpp"

namespace causeway::session::testing {

// A frame as a client sees it.
struct Seen {
    std::string command;
    std::map<std::string, std::string> headers;
    std::string body;
    bool binary = false;

    // "(none)" if there is no such header.
    [[nodiscard]] std::string operator[](const std::string& name) const {
        const auto found = headers.find(name);
        return found == headers.end() ? "(none)" : found->second;
    }
};

class FakeTransport final : public net::Transport {
public:
    FakeTransport(net::Wire wire, net::Opening opening, std::size_t queue_limit);

    void send(const net::FrameRef& frame) override;
    void ping(std::uint32_t token) override { pings.push_back(token); }
    [[nodiscard]] bool answers_pings() const override { return wire() != net::Wire::kTcp; }
    void close(const net::FrameRef& last, const net::Farewell& farewell) override;
    void set_deadline(Monotonic due) override { deadline = due; }
    void tell_drained() override { wants_drained_ = true; }
    void read_on(bool on) override { reading = on; }
    void allow(std::size_t message_bytes) override { allowed = message_bytes; }
    [[nodiscard]] std::size_t queued() const override { return queued_; }
    [[nodiscard]] std::uint64_t written() const override { return written_; }
    [[nodiscard]] const net::Opening& opening() const override { return opening_; }

    // The turn ends: tells the session what a socket would have told. True if there was anything.
    bool flush(net::TransportUser& user);
    void speaks(stomp::Version version) { decoder_.set_version(version); }

    std::vector<Seen> received;
    std::vector<std::string> wire_octets;  // the STOMP octets of each, as they came
    std::size_t beats = 0;
    std::vector<std::uint32_t> pings;
    std::optional<net::Farewell> farewell;
    std::optional<Monotonic> deadline;
    std::size_t allowed = 0;
    bool reading = true;
    bool stalled = false;  // the client reads no more

private:
    void receive(std::string_view websocket_frame);
    void decode(const std::string& octets, bool binary);

    const net::Opening opening_;
    const std::size_t queue_limit_;
    std::size_t queued_ = 0;
    std::uint64_t written_ = 0;
    bool slow_ = false;
    bool wants_drained_ = false;
    stomp::Decoder decoder_;
};

}  // namespace causeway::session::testing
