#include "tools/bench/websocket_carrier.hpp"

#include "tools/bench/sockjs_text.hpp"

namespace causeway::bench {

namespace {

constexpr std::size_t kMaxUpgrade = 16 * 1024;
// Any 16 bytes: the answer is checked against them, nothing depends on their being secret.
constexpr std::string_view kKey = "Y2F1c2V3YXktYmVuY2gtMQ==";
// Nothing of an earlier message may be needed, so that one inflater does for all.
constexpr std::string_view kOffer =
    "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; "
    "client_no_context_takeover\r\n";

}  // namespace

void WebSocketCarrier::start() {
    const Options& options = parts_.options;
    std::string path = parts_.target.path;
    if (is_sockjs()) path = sockjs_path(path, parts_.next_random(), "websocket");
    port_.out(Lane::kMain) +=
        upgrade_request(parts_.target.authority, path, kKey,
                        is_sockjs() ? std::string_view() : std::string_view(options.subprotocol),
                        options.compress ? kOffer : std::string_view());
}

void WebSocketCarrier::send(std::string_view frame) {
    if (is_sockjs()) {
        std::string& text = parts_.text;
        text = '[';
        append_json_string(text, frame);
        text += ']';
        frame = text;
    }
    append_masked(port_.out(Lane::kMain), Opcode::kText, frame, parts_.next_random());
}

void WebSocketCarrier::on_bytes(Lane, std::string_view bytes) {
    feed(in_, bytes, [this](std::string_view& rest) {
        if (upgraded_ || take_upgrade(rest)) take_frames(rest);
    });
}

// True once the upgrade is done and its bytes are taken off.
bool WebSocketCarrier::take_upgrade(std::string_view& bytes) {
    const std::size_t end = bytes.find("\r\n\r\n");
    if (end == std::string_view::npos) {
        if (bytes.size() > kMaxUpgrade) port_.on_ended("an endless answer to the upgrade");
        return false;
    }
    const std::string_view head = bytes.substr(0, end);
    static const std::string kAccept = accept_for(kKey);
    if (head.substr(0, 12) != "HTTP/1.1 101" || head.find(kAccept) == std::string_view::npos) {
        port_.on_ended("the upgrade was refused: " + std::string(head.substr(0, head.find('\r'))));
        return false;
    }
    const bool agreed = head.find("permessage-deflate") != std::string_view::npos &&
                        head.find("server_no_context_takeover") != std::string_view::npos;
    if (parts_.options.compress && !agreed) {
        port_.on_ended("the broker did not agree to permessage-deflate without context takeover");
        return false;
    }
    bytes.remove_prefix(end + 4);
    upgraded_ = true;
    if (!is_sockjs()) port_.on_open();
    return true;
}

void WebSocketCarrier::take_frames(std::string_view& bytes) {
    const Packing packing = parts_.options.compress ? Packing::kDeflate : Packing::kNone;
    WebsocketFrame frame;
    while (port_.is_alive()) {
        const WebsocketState state = read_websocket(bytes, frame, packing);
        if (state == WebsocketState::kNeedMore) return;
        if (state == WebsocketState::kBroken) return port_.on_broken("not a WebSocket frame of a server");
        on_frame(frame);
    }
}

void WebSocketCarrier::on_frame(const WebsocketFrame& frame) {
    switch (frame.opcode) {
        case Opcode::kPing:
            return append_masked(port_.out(Lane::kMain), Opcode::kPong, frame.payload, parts_.next_random());
        case Opcode::kClose:
            return port_.on_ended("closed by the broker: " +
                                  std::string(frame.payload.substr(frame.payload.size() > 2 ? 2 : 0)));
        case Opcode::kPong:
            return;
        default:
            return on_data(frame);
    }
}

void WebSocketCarrier::on_data(const WebsocketFrame& frame) {
    if (frame.opcode != Opcode::kContinuation) packed_ = frame.packed;
    if (frame.final && fragments_.empty()) return on_message(frame.payload, packed_);
    fragments_ += frame.payload;
    if (!frame.final) return;
    const std::string message = std::move(fragments_);
    fragments_.clear();
    on_message(message, packed_);
}

void WebSocketCarrier::on_message(std::string_view payload, bool packed) {
    if (packed) {
        const auto plain = parts_.inflater.inflated(payload);
        if (!plain) return port_.on_broken("a message that does not inflate");
        payload = *plain;
    }
    if (is_sockjs()) return on_sockjs(payload);
    port_.on_text(payload);
}

void WebSocketCarrier::on_sockjs(std::string_view frame) {
    std::string text;
    text.swap(parts_.text);  // what is sent meanwhile needs one too
    switch (read_sockjs(frame, text)) {
        case SockJsFrame::kOpen:
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

}  // namespace causeway::bench
