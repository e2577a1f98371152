#include "tests/model/line.hpp"

#include "tests/model/failed.hpp"

namespace causeway::model {

namespace {

// Octets that a socket takes although nobody reads them.
constexpr std::size_t kSocketBuffer = 2048;

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

// What the octets of a frame count for while they are under way.
std::size_t weight_of(const Seen& seen) { return seen.body.size() + 200; }

}  // namespace

Line::Line(net::Opening opening)
    : Transport(net::Wire::kWebSocket),
      opening_(std::move(opening)),
      decoder_(stomp::Peer::kServer, no_limits()) {
    decoder_.set_version(stomp::Version::k12);
}

void Line::send(const net::FrameRef& frame) {
    require(static_cast<bool>(frame), "an empty frame was sent");
    if (closed) return;
    const std::string octets(payload_of(frame.bytes()));
    if (octets == "\n") return;
    decoder_.feed(octets);
    const stomp::Decoded decoded = decoder_.next();
    const auto* one = std::get_if<const stomp::Frame*>(&decoded);
    require(one != nullptr, "not a STOMP frame was sent: " + octets);
    Seen seen{std::string(stomp::name_of((*one)->command())), {}, std::string((*one)->body())};
    for (const auto& [name, text] : (*one)->headers()) seen.headers.emplace(name, text);
    require(std::holds_alternative<stomp::NeedMore>(decoder_.next()), "more than one frame in a message");
    written_ += octets.size();
    under_way_ += weight_of(seen);
    if (on_sent) on_sent(seen);
    down.emplace_back(std::move(seen));
}

void Line::close(const net::FrameRef& last, const net::Farewell&) {
    if (last) send(last);
    closed = true;
}

std::size_t Line::queued() const { return under_way_ > kSocketBuffer ? under_way_ - kSocketBuffer : 0; }

std::variant<Seen, std::uint32_t> Line::take() {
    auto next = std::move(down.front());
    down.pop_front();
    if (const auto* seen = std::get_if<Seen>(&next)) under_way_ -= weight_of(*seen);
    return next;
}

bool Line::tell_what_happened(net::TransportUser& user) {
    if (closed || !wants_drained_ || queued() > 0) return false;
    wants_drained_ = false;
    user.on_drained();
    return true;
}

}  // namespace causeway::model
