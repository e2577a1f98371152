#include "tests/session/fake_transport.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <utility>

namespace causeway::session::testing {

namespace {

stomp::Limits no_limits() {
    stomp::Limits limits;
    limits.max_body = limits.max_head = limits.max_header_line = limits.max_headers = stomp::Limits::kNone;
    return limits;
}

// The payload behind the header of an unmasked WebSocket frame: RFC 6455, 5.2.
std::string_view payload_of(std::string_view frame) {
    const auto length = static_cast<unsigned char>(frame.at(1));
    return frame.substr(length < 126 ? 2 : length == 126 ? 4 : 10);
}

}  // namespace

FakeTransport::FakeTransport(net::Wire wire, net::Opening opening, std::size_t queue_limit)
    : Transport(wire),
      opening_(std::move(opening)),
      queue_limit_(queue_limit),
      decoder_(stomp::Peer::kServer, no_limits()) {}

void FakeTransport::send(const net::FrameRef& frame) {
    REQUIRE(frame);
    if (farewell || slow_) return;
    if (stalled && queued_ + frame.size() > queue_limit_) {
        slow_ = true;
        return;
    }
    if (stalled)
        queued_ += frame.size();
    else
        written_ += frame.size();
    receive(frame.bytes());
}

void FakeTransport::close(const net::FrameRef& last, const net::Farewell& goodbye) {
    CHECK_FALSE(farewell);
    if (last) receive(last.bytes());
    farewell = goodbye;
}

bool FakeTransport::flush(net::TransportUser& user) {
    if (farewell) return false;
    if (std::exchange(slow_, false)) {
        user.on_slow();
        CHECK(farewell);
        return true;
    }
    if (stalled) return false;
    written_ += std::exchange(queued_, 0);
    if (!std::exchange(wants_drained_, false)) return false;
    user.on_drained();
    return true;
}

void FakeTransport::receive(std::string_view websocket_frame) {
    if (wire() == net::Wire::kTcp) return decode(std::string(websocket_frame), false);
    const bool binary = (websocket_frame.at(0) & 0x0f) == 2;
    const std::string_view payload = payload_of(websocket_frame);
    if (wire() == net::Wire::kWebSocket) return decode(std::string(payload), binary);
    if (payload == "h") {
        ++beats;
        return;
    }
    REQUIRE(payload.starts_with('a'));
    for (const auto& message : nlohmann::json::parse(payload.substr(1)))
        decode(message.get<std::string>(), binary);
}

void FakeTransport::decode(const std::string& octets, bool binary) {
    if (octets == "\n") {
        ++beats;
        return;
    }
    wire_octets.push_back(octets);
    decoder_.feed(octets);
    const stomp::Decoded decoded = decoder_.next();
    CAPTURE(octets);
    REQUIRE(std::holds_alternative<const stomp::Frame*>(decoded));
    const stomp::Frame& frame = *std::get<const stomp::Frame*>(decoded);
    Seen seen{std::string(stomp::name_of(frame.command())), {}, std::string(frame.body()), binary};
    for (const auto& [name, value] : frame.headers()) seen.headers.emplace(name, value);
    received.push_back(std::move(seen));
    REQUIRE(std::holds_alternative<stomp::NeedMore>(decoder_.next()));  // one whole frame a message
}

}  // namespace causeway::session::testing
