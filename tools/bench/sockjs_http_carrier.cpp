#include "tools/bench/sockjs_http_carrier.hpp"

#include "tools/bench/sockjs_text.hpp"

namespace causeway::bench {

namespace {

// Of one xhr_send: brokers limit what a stranger may send.
constexpr std::size_t kMostAtOnce = 8 * 1024;

std::string_view name_of(Wire wire) {
    return wire == Wire::kXhrStreaming ? "xhr_streaming" : wire == Wire::kXhr ? "xhr" : "eventsource";
}

// As sockjs-client reads an event. Of what may be escaped, brokers need escape only the sign itself.
std::string without_uri_escapes(std::string_view data) { return replaced(std::string(data), "%25", "%"); }

}  // namespace

// ---- receiving ----

void SockJsHttpCarrier::start() {
    path_ = sockjs_path(parts_.target.path, parts_.next_random(), "");
    ask();
}

void SockJsHttpCarrier::ask() {
    const Wire wire = parts_.options.wire;
    append_request(port_.out(Lane::kMain), wire == Wire::kEventSource ? "GET" : "POST",
                   parts_.target.authority, path_ + std::string(name_of(wire)), "");
}

void SockJsHttpCarrier::on_bytes(Lane lane, std::string_view bytes) {
    if (lane == Lane::kMain)
        feed(in_, bytes, [this](std::string_view& rest) { on_answer(rest); });
    else
        feed(sent_in_, bytes, [this](std::string_view& rest) { on_sent(rest); });
}

void SockJsHttpCarrier::on_answer(std::string_view& bytes) {
    using Event = HttpAnswer::Event;
    while (port_.is_alive()) {
        switch (answer_.read(bytes)) {
            case Event::kNeedMore:
                return;
            case Event::kBroken:
                return port_.on_broken("not an HTTP answer");
            case Event::kHead:
                if (answer_.status() == 200) break;
                return port_.on_ended("the request that receives was answered with " +
                                      std::to_string(answer_.status()));
            case Event::kPiece:
                take_piece(answer_.piece());
                break;
            case Event::kEnd:
                if (answer_.closes()) port_.drop(Lane::kMain);
                ask();
                break;
        }
    }
}

void SockJsHttpCarrier::take_piece(std::string_view piece) {
    feed(line_, piece, [this](std::string_view& rest) { take_lines(rest); });
}

void SockJsHttpCarrier::take_lines(std::string_view& text) {
    while (port_.is_alive()) {
        const std::size_t end = text.find('\n');
        if (end == std::string_view::npos) return;
        std::string_view line = text.substr(0, end);
        text.remove_prefix(end + 1);
        if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
        if (parts_.options.wire == Wire::kEventSource) {
            constexpr std::string_view kData = "data: ";
            if (line.empty()) continue;
            if (line.substr(0, kData.size()) != kData) return port_.on_broken("not a server-sent event");
            on_line(without_uri_escapes(line.substr(kData.size())));
        } else {
            on_line(line);
        }
    }
}

void SockJsHttpCarrier::on_line(std::string_view line) {
    std::string text;
    text.swap(parts_.text);
    switch (read_sockjs(line, text)) {
        case SockJsFrame::kOpen:
            if (open_) return port_.on_broken("a second open frame");
            open_ = true;
            port_.on_open();
            break;
        case SockJsFrame::kHeartbeat:
            break;
        case SockJsFrame::kMessages:
            port_.on_text(text);
            break;
        case SockJsFrame::kClose:
            port_.on_ended("closed by the broker: " + text);
            break;
        case SockJsFrame::kBroken:
            port_.on_broken("not a SockJS frame");
            break;
    }
    text.swap(parts_.text);
}

// ---- sending ----

void SockJsHttpCarrier::send(std::string_view frame) {
    if (payloads_.empty() || payloads_.back().size() > kMostAtOnce)
        payloads_.emplace_back("[");
    else
        payloads_.back() += ',';
    append_json_string(payloads_.back(), frame);
    if (!posting_) (void)port_.out(Lane::kSending);
}

void SockJsHttpCarrier::before_write(Lane lane) {
    if (lane == Lane::kSending && !posting_ && !payloads_.empty()) post();
}

void SockJsHttpCarrier::post() {
    posting_ = true;
    append_request(port_.out(Lane::kSending), "POST", parts_.target.authority, path_ + "xhr_send",
                   payloads_.front() + "]");
    payloads_.pop_front();
}

void SockJsHttpCarrier::on_sent(std::string_view& bytes) {
    using Event = HttpAnswer::Event;
    while (port_.is_alive()) {
        switch (sent_.read(bytes)) {
            case Event::kNeedMore:
                return;
            case Event::kBroken:
                return port_.on_broken("not an HTTP answer");
            case Event::kHead:
                if (sent_.status() == 204) break;
                return port_.on_ended("xhr_send was answered with " + std::to_string(sent_.status()));
            case Event::kPiece:
                break;
            case Event::kEnd:
                if (!posting_) return port_.on_broken("an HTTP answer to no request");
                posting_ = false;
                if (sent_.closes()) port_.drop(Lane::kSending);
                if (!payloads_.empty()) post();
                break;
        }
    }
}

// Brokers close connections that were not used for a while.
bool SockJsHttpCarrier::may_close(Lane lane) { return lane == Lane::kSending && !posting_; }

}  // namespace causeway::bench
