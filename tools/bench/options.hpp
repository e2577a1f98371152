// What a run is asked to do. Destinations and header values are patterns: {i} is the connection's number
// (plus first_id), {r} the receiver's or partner's, {t} the topic; {token} the connection's line of a file;
// {run} a number of this run alone, where it says so.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace causeway::bench {

// The options do not make sense together, or the target may not be used.
class BadOptions : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

// How the STOMP text of a client travels. With SockJS the URL's path is the prefix.
enum class Wire : std::uint8_t { kWebSocket, kSockJsWebSocket, kXhrStreaming, kXhr, kEventSource, kTcp };

struct Options {
    // The broker
    std::string url = "ws://127.0.0.1:8080/ws";
    Wire wire = Wire::kWebSocket;
    bool insecure = false;  // any certificate will do
    bool compress = false;  // permessage-deflate must be agreed to
    bool allow_remote = false;
    std::string subprotocol = "v12.stomp";
    std::string vhost;  // header host of CONNECT; empty: the URL's
    std::string login, passcode;
    std::vector<std::pair<std::string, std::string>> connect_headers, subscribe_headers, send_headers;
    std::vector<std::string> tokens;
    std::vector<int> pids;
    bool receipts = true;  // of SUBSCRIBE and DISCONNECT; without: wait `settle_seconds`
    double settle_seconds = 0.2;

    // The load
    std::string destination, send_destination;  // subscribed to; sent to
    std::string body_template;  // {marker} {pad} {i} {r} {n} {run}; empty: marker and padding, compared whole
    std::uint64_t connections = 100;  // subscribers, pairs, users, senders … of the scenario
    std::uint64_t topics = 1;
    std::uint64_t publishers = 1;
    std::uint64_t messages = 0;  // 0: as many as fit into `seconds`
    double seconds = 5;
    double rate = 0;  // messages per second; 0: a closed loop of `window`
    std::uint64_t window = 1;
    std::uint64_t body_bytes = 128;
    bool json_bodies = false;  // records as applications send them, instead of one letter again and again
    std::uint64_t first_id = 0;
    std::uint64_t seed = 1;

    // Bounds
    double connect_rate = 2000;
    double drain_seconds = 5;  // without any progress: what is missing is lost
    double timeout_seconds = 120;
};

inline constexpr std::uint64_t kMaxConnections = 20'000;
inline constexpr std::uint64_t kMaxMessages = 50'000'000;

// {x} replaced wherever it stands in the pattern.
[[nodiscard]] std::string replaced(std::string pattern, std::string_view name, std::string_view with);
[[nodiscard]] std::string replaced(std::string pattern, std::string_view name, std::uint64_t with);

}  // namespace causeway::bench
