#include "broker/net/websocket_codec.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>
#include <exception>
#include <utility>

#include "broker/base/utf8.hpp"
#include "broker/net/frame_guard.hpp"
#include "broker/net/websocket_deflater.hpp"
#include "broker/net/websocket_extensions.hpp"
#include "broker/net/websocket_frame.hpp"
#include "broker/net/websocket_inflater.hpp"
#include "broker/net/websocket_library.hpp"

namespace causeway::net {

struct CodecState {
    enum class Phase : std::uint8_t { kHandshake, kOpen, kClosing, kClosed };

    explicit CodecState(WebSocketCodec::Events& told, std::size_t max_message)
        : events(&told), guard(max_message) {}

    WebSocketCodec::Events* events;  // null once the codec is destroyed: then nothing is called
    FrameGuard guard;
    std::unique_ptr<library::FrameReader> reader;  // null between messages
    int close_code = 1006;                         // of the side that began to close
    Phase phase = Phase::kHandshake;
    bool broken = false;  // a callback or the library threw
};

namespace {

using Phase = CodecState::Phase;
namespace status = websocketpp::close::status;

constexpr std::size_t kMaxControlPayload = 125;
constexpr std::size_t kMaxReason = kMaxControlPayload - 2;  // RFC 6455, 5.5.1: behind the code

// Calls out. What a callback throws ends in a Close with 1011.
template <typename Call>
void tell(CodecState& state, Call call) {
    if (state.events == nullptr || state.phase == Phase::kClosed) return;
    try {
        call(*state.events);
    } catch (...) {
        state.broken = true;
    }
}

void end(CodecState& state) {
    if (state.phase == Phase::kClosed || state.events == nullptr) return;
    WebSocketCodec::Events& events = *state.events;
    state.phase = Phase::kClosed;
    try {
        events.on_closed(state.close_code);
    } catch (...) {
        state.broken = true;  // nothing is left to be done for it
    }
}

void end_if_done(CodecState& state) {
    if (state.phase != Phase::kClosing) return;
    if (state.guard.close_seen() || state.guard.lost()) end(state);
}

bool may_be_sent(int code) {
    return code >= 1000 && code < 5000 && !status::invalid(static_cast<std::uint16_t>(code)) &&
           !status::reserved(static_cast<std::uint16_t>(code));
}

// What of a reason fits a Close frame, cut between characters; "" if it is not UTF-8.
std::string_view fitting(std::string_view reason) {
    if (!is_valid_utf8(reason)) return {};
    return reason.substr(0, utf8_beginning(reason.substr(0, kMaxReason)).octets);
}

// RFC 6455, 5.5: `payload` is at most 125 octets.
void send_control(CodecState& state, Opcode opcode, std::string_view payload) {
    std::string frame;
    append_frame_header(frame, opcode, payload.size());
    frame.append(payload);
    tell(state, [&](WebSocketCodec::Events& events) { events.on_output(frame); });
}

// Our Close frame: what still comes is skipped by the guard and never reaches the library.
void begin_closing(CodecState& state, int sent, std::string_view reason) {
    state.phase = Phase::kClosing;
    state.guard.discard();
    state.reader.reset();
    std::string payload{static_cast<char>(sent >> 8), static_cast<char>(sent & 0xff)};
    send_control(state, Opcode::kClose, payload.append(reason));
}

void send_close(CodecState& state, int code, std::string_view reason) {
    if (state.phase != Phase::kOpen) return;
    state.close_code = may_be_sent(code) ? code : 1011;
    begin_closing(state, state.close_code, fitting(reason));
    end_if_done(state);
}

// For what the peer did.
void refuse(CodecState& state, const FrameRefusal& refusal) {
    if (state.phase != Phase::kOpen) return;
    tell(state, [&](WebSocketCodec::Events& events) {
        events.on_violation(refusal.close_code, refusal.text, refusal.size);
    });
    send_close(state, refusal.close_code, refusal.text);
}

// RFC 6455, 5.5.1: the peer's code and reason are echoed; one without a code is answered with 1000.
void acknowledge_close(CodecState& state, const std::string& payload) {
    websocketpp::lib::error_code error;
    const status::value code = websocketpp::close::extract_code(payload, error);
    if (error) return refuse(state, {1002, "invalid close code"});
    const std::string reason = websocketpp::close::extract_reason(payload, error);
    if (error) return refuse(state, {1002, "close reason is not UTF-8"});
    state.close_code = code;
    begin_closing(state, code == status::no_status ? status::normal : code, reason);
}

void dispatch(CodecState& state, const library::Message& message) {
    using Events = WebSocketCodec::Events;
    namespace opcode = websocketpp::frame::opcode;
    const std::string& payload = message.get_payload();
    switch (message.get_opcode()) {
        case opcode::ping:
            return send_control(state, Opcode::kPong, payload);
        case opcode::pong:
            return tell(state, [&](Events& events) { events.on_pong(payload); });
        case opcode::close:
            return acknowledge_close(state, payload);
        default:
            return tell(state, [&](Events& events) { events.on_message(payload, !message.is_text()); });
    }
}

FrameRefusal refusal_for(const websocketpp::lib::error_code& found) {
    const int code = websocketpp::processor::error::to_ws(found);
    return {code, code == status::invalid_payload ? "text is not UTF-8" : "WebSocket violated"};
}

bool goes_on(const CodecState& state) {
    return state.phase == Phase::kOpen && state.events != nullptr && !state.broken;
}

void feed(CodecState& state, library::FrameReader& reader, std::string_view bytes) {
    std::array<std::uint8_t, 4096> unmasked;  // the library works in place
    while (!bytes.empty() && goes_on(state)) {
        const std::size_t size = std::min(bytes.size(), unmasked.size());
        std::memcpy(unmasked.data(), bytes.data(), size);
        bytes.remove_prefix(size);
        for (std::size_t at = 0; at < size && goes_on(state);) {
            websocketpp::lib::error_code error;
            at += reader.consume(unmasked.data() + at, size - at, error);
            if (error) return refuse(state, refusal_for(error));
            if (reader.ready()) dispatch(state, *reader.get_message());
        }
    }
}

}  // namespace

struct WebSocketEndpoint::Server {
    // Total: an exception or a name that was not offered is no sub-protocol.
    std::string chosen(const std::vector<std::string>& offers) const;

    // What the guard has let through. Whatever goes wrong inside becomes a Close.
    void read(CodecState& state, std::string_view bytes);
    // What the guard has put together.
    void inflate(CodecState& state);

    const ChooseSubprotocol choose;
    const Compression compression;
    Deflater deflater{};
    Inflater inflater{};
    library::Config::rng_type no_masks{};  // a server's frames have none
    const library::MessageStock::ptr stock = std::make_shared<library::MessageStock>();
    // Clients take turns with it; who leaves in the middle of a message keeps it until its end.
    std::unique_ptr<library::FrameReader> spare{};
};

std::string WebSocketEndpoint::Server::chosen(const std::vector<std::string>& offers) const {
    if (!choose || offers.empty()) return {};
    std::string name = choose(offers);
    return std::find(offers.begin(), offers.end(), name) == offers.end() ? std::string() : name;
}

void WebSocketEndpoint::Server::read(CodecState& state, std::string_view bytes) {
    try {
        auto reader = std::exchange(state.reader ? state.reader : spare, nullptr);
        if (!reader) reader = std::make_unique<library::FrameReader>(stock, no_masks);
        reader->set_max_message_size(state.guard.max_message());
        feed(state, *reader, bytes);
        if (goes_on(state)) (reader->at_rest() ? spare : state.reader) = std::move(reader);
    } catch (...) {
        state.broken = true;
    }
    if (state.events != nullptr && state.broken) send_close(state, 1011, "internal error");
}

void WebSocketEndpoint::Server::inflate(CodecState& state) {
    std::string text;
    bool binary = false;
    Inflater::Result result = Inflater::Result::kBroken;
    try {
        CompressedMessage message = state.guard.take_message();
        binary = message.binary;
        result = inflater.inflate(message.octets, state.guard.max_message(), text);
    } catch (...) {
        return send_close(state, 1011, "internal error");
    }
    if (result == Inflater::Result::kTooLarge)
        return refuse(state, {1009, "message above the limit when inflated"});
    if (result == Inflater::Result::kBroken) return refuse(state, {1007, "message does not inflate"});
    if (!binary && !is_valid_utf8(text)) return refuse(state, {1007, "text is not UTF-8"});
    tell(state, [&](WebSocketCodec::Events& events) { events.on_message(text, binary); });
    if (state.events != nullptr && state.broken) send_close(state, 1011, "internal error");
}

// websocketpp's conversion of lengths finds out the byte order when it is first used and keeps that in a
// plain variable: done here, before there are threads that could do it at the same time.
WebSocketEndpoint::WebSocketEndpoint(ChooseSubprotocol choose, Compression compression)
    : server_(new Server{std::move(choose), compression}) {
    (void)websocketpp::lib::net::_htonll(1);
}

WebSocketEndpoint::~WebSocketEndpoint() = default;

WebSocketCodec::WebSocketCodec(WebSocketEndpoint& endpoint, Events& events, std::size_t max_message)
    : endpoint_(endpoint), state_(std::make_shared<CodecState>(events, max_message)) {}

WebSocketCodec::~WebSocketCodec() {
    state_->events = nullptr;
    state_->phase = Phase::kClosed;
}

bool WebSocketCodec::open(const UpgradeRequest& request) {
    assert(state_->phase == Phase::kHandshake && is_websocket_key(request.key));
    const std::shared_ptr<CodecState> state = state_;  // a callback may destroy *this
    const WebSocketEndpoint::Server& server = *endpoint_.server_;
    deflate_ = request.deflate && server.compression == Compression::kOn;
    if (deflate_) state->guard.expect_compressed();
    const std::string subprotocol = server.chosen(request.subprotocols);
    const std::string response = accept_upgrade(request, subprotocol, deflate_);
    state->phase = Phase::kOpen;
    tell(*state, [&](Events& events) { events.on_output(response); });
    tell(*state, [&](Events& events) { events.on_open(subprotocol); });
    if (state->broken) send_close(*state, 1011, "internal error");
    return state->phase == Phase::kOpen;
}

void WebSocketCodec::receive(std::string_view bytes, Monotonic now) {
    const std::shared_ptr<CodecState> state = state_;  // a callback may destroy *this
    WebSocketEndpoint::Server& server = *endpoint_.server_;
    while (!bytes.empty() && (state->phase == Phase::kOpen || state->phase == Phase::kClosing)) {
        const FrameGuard::Verdict verdict = state->guard.read(bytes, now);
        if (state->phase == Phase::kOpen && verdict.pass > 0)
            server.read(*state, bytes.substr(0, verdict.pass));
        if (state->phase == Phase::kOpen && verdict.message) server.inflate(*state);
        if (verdict.refusal) refuse(*state, *verdict.refusal);
        bytes.remove_prefix(verdict.taken);
    }
    end_if_done(*state);
}

FrameRef WebSocketCodec::as_agreed(const FrameRef& frame, std::optional<Monotonic> turn) {
    return deflate_ ? endpoint_.server_->deflater.deflated(frame, turn) : frame;
}

void WebSocketCodec::ping(std::string_view payload) {
    if (!is_open()) return;
    const std::shared_ptr<CodecState> state = state_;
    state->guard.expect_pong();
    send_control(*state, Opcode::kPing, payload.substr(0, kMaxControlPayload));
}

void WebSocketCodec::close(int code, std::string_view reason) {
    const std::shared_ptr<CodecState> state = state_;
    send_close(*state, code, reason);
}

void WebSocketCodec::set_max_message(std::size_t octets) { state_->guard.set_max_message(octets); }

bool WebSocketCodec::is_open() const { return state_->phase == Phase::kOpen; }

}  // namespace causeway::net
