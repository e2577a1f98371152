// Many STOMP clients on one thread and one epoll: connects, logs in, frames in and out. How their text
// travels is each client's Carrier; what is measured is the Listener's.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tools/bench/carrier.hpp"
#include "tools/bench/histogram.hpp"
#include "tools/bench/link.hpp"
#include "tools/bench/options.hpp"
#include "tools/bench/stomp_text.hpp"
#include "tools/bench/target.hpp"

namespace causeway::bench {

enum class ClientState : std::uint8_t { kClosed, kConnecting, kLoggingIn, kConnected, kLeaving };

struct Client {
    std::uint64_t index = 0;
    ClientState state = ClientState::kClosed;
    std::uint64_t opened_at = 0;
    std::string text;  // of a STOMP frame that is not complete
    std::unique_ptr<Port> port;
    std::unique_ptr<Carrier> carrier;  // of the last connection, null before the first
    struct End {
        Link link;
        bool dirty = false;     // has output that no write was tried for
        bool watching = false;  // for room to write, too
    };
    std::array<End, kLanes> ends;
};

class Listener {
public:
    Listener() = default;
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;
    virtual ~Listener() = default;
    virtual void on_connected(Client& client) = 0;
    virtual void on_frame(Client& client, const FrameView& frame, std::uint64_t now) = 0;
    // `asked`: after close() or leave(). Else the broker or the network ended it, for `why`.
    virtual void on_closed(Client& client, bool asked, std::string_view why) = 0;
};

class Swarm {
public:
    // Both outlive this object. Raises the limit of descriptors as far as it may.
    Swarm(const Options& options, std::uint64_t clients);
    ~Swarm();
    Swarm(const Swarm&) = delete;
    Swarm& operator=(const Swarm&) = delete;

    void set_listener(Listener& listener) { listener_ = &listener; }
    [[nodiscard]] Client& client(std::uint64_t index) { return clients_[index]; }
    [[nodiscard]] std::uint64_t size() const { return clients_.size(); }

    // Not from within on_closed() of that client.
    void open(Client& client);
    void send(Client& client, std::string_view frame);
    // DISCONNECT was sent by the caller: what the broker does to the connection now is no failure.
    void leave(Client& client) { client.state = ClientState::kLeaving; }
    void close(Client& client);

    // Writes what is due, then waits until something arrives or `until`.
    void turn(std::uint64_t until);

    [[nodiscard]] std::uint64_t connecting() const { return connecting_; }
    [[nodiscard]] std::uint64_t connected() const { return connected_; }
    [[nodiscard]] std::uint64_t protocol_errors() const { return protocol_errors_; }
    [[nodiscard]] const std::string& first_trouble() const { return first_trouble_; }
    [[nodiscard]] const Histogram& connect_times() const { return connect_times_; }  // to CONNECTED

private:
    class ClientPort;

    void connect(Client& client, Lane lane);
    void on_event(Client& client, Lane lane, std::uint32_t events);
    void on_readable(Client& client, Lane lane);
    void flush(Client& client, Lane lane);
    void watch(Client& client, Lane lane, int operation);
    void take_stomp(Client& client, std::string_view& bytes);
    void log_in(Client& client);
    void trouble(Client& client, std::string why);
    void finish(Client& client, std::string_view why);

    // Constant after construction
    const Options& options_;
    const Target target_;
    const int epoll_;
    const std::unique_ptr<TlsClients> tls_;  // null without TLS
    Listener* listener_ = nullptr;

    CarrierParts parts_;
    std::vector<Client> clients_;
    std::vector<std::uint64_t> dirty_;  // as tags
    std::unique_ptr<char[]> block_;     // of ciphertext, or of all there is
    std::string room_;                  // for what was in it
    std::uint64_t connecting_ = 0;
    std::uint64_t connected_ = 0;
    std::uint64_t protocol_errors_ = 0;
    std::string first_trouble_;
    Histogram connect_times_;
};

}  // namespace causeway::bench
