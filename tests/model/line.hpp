// The network between a client and its session: octets are under way in both directions until somebody
// takes them, and what is under way when the line breaks is lost.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <variant>

#include "broker/net/transport.hpp"
#include "stomp/decoder.hpp"

namespace causeway::model {

// A frame as the client sees it.
struct Seen {
    std::string command;
    std::map<std::string, std::string> headers;
    std::string body;

    [[nodiscard]] bool has(const std::string& name) const { return headers.contains(name); }
    // Empty if there is no such header.
    [[nodiscard]] std::string operator[](const std::string& name) const {
        const auto found = headers.find(name);
        return found == headers.end() ? std::string() : found->second;
    }
    // 0 if there is no such header.
    [[nodiscard]] std::uint64_t number(const std::string& name) const {
        return has(name) ? std::stoull(headers.at(name)) : 0;
    }
};

class Line final : public net::Transport {
public:
    explicit Line(net::Opening opening);

    void send(const net::FrameRef& frame) override;
    void ping(std::uint32_t token) override { down.emplace_back(token); }
    void close(const net::FrameRef& last, const net::Farewell& farewell) override;
    void set_deadline(Monotonic due) override { deadline = due; }
    void tell_drained() override { wants_drained_ = true; }
    void read_on(bool on) override { reading = on; }
    void allow(std::size_t) override {}
    [[nodiscard]] std::size_t queued() const override;
    [[nodiscard]] std::uint64_t written() const override { return written_; }
    [[nodiscard]] const net::Opening& opening() const override { return opening_; }

    // The client takes the next thing that came; there is one.
    std::variant<Seen, std::uint32_t> take();
    // Tells the session when all that was queued has gone.
    bool tell_what_happened(net::TransportUser& user);

    std::deque<std::variant<Seen, std::uint32_t>> down;  // frames and pings
    std::function<void(const Seen&)> on_sent;            // the server wrote this, whoever reads it
    std::optional<Monotonic> deadline;
    bool reading = true;  // the session takes octets
    bool closed = false;  // by the server, after what is under way

private:
    const net::Opening opening_;
    stomp::Decoder decoder_;
    std::uint64_t written_ = 0;
    std::size_t under_way_ = 0;  // octets
    bool wants_drained_ = false;
};

}  // namespace causeway::model
