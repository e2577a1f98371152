#include "broker/net/websocket_codec.hpp"

#include <algorithm>
#include <cassert>
#include <exception>
#include <utility>

#include "broker/base/utf8.hpp"
#include "broker/net/websocket_deflater.hpp"
#include "broker/net/websocket_extensions.hpp"
#include "broker/net/websocket_inflater.hpp"
#include "broker/net/websocket_library.hpp"
#include "broker/net/websocket_text.hpp"

namespace causeway::net {

namespace {

using Phase = CodecState::Phase;
using Connection = LibraryConnection;

constexpr std::size_t kMaxPingPayload = 125;

Connection& connection_of(CodecState& state) { return static_cast<Connection&>(state); }

// Calls out. Nothing that a callback throws may pass through websocketpp: it would stop reading for ever.
template <typename Call>
void tell(CodecState& state, Call call) {
    if (state.events == nullptr || state.phase == Phase::kClosed) return;
    try {
        call(*state.events);
    } catch (...) {
        state.broken = true;
    }
}

// Our side closes: what still comes is skipped by the guard and never reaches the library.
void begin_closing(CodecState& state) {
    state.phase = Phase::kClosing;
    state.guard.discard();
}

void end(CodecState& state, int code) {
    if (state.phase == Phase::kClosed || state.events == nullptr) return;
    WebSocketCodec::Events& events = *state.events;
    state.phase = Phase::kClosed;
    try {
        events.on_closed(code);
    } catch (...) {
        state.broken = true;  // nothing is left to be done for it
    }
}

void end_if_done(CodecState& state) {
    if (state.phase != Phase::kClosing) return;
    if (!state.guard.close_seen() && !state.guard.lost()) return;
    const Connection& connection = connection_of(state);
    end(state, state.closed_by_us ? connection.get_local_close_code() : connection.get_remote_close_code());
}

bool may_be_sent(int code) {
    return code >= 1000 && code < 5000 &&
           !websocketpp::close::status::invalid(static_cast<std::uint16_t>(code)) &&
           !websocketpp::close::status::reserved(static_cast<std::uint16_t>(code));
}

// The Close frame that went out is the echo of the peer's, not one for a violation that the library found.
bool acknowledges(const Connection& connection) {
    namespace status = websocketpp::close::status;
    const status::value theirs = connection.get_remote_close_code();
    return connection.get_local_close_code() == (theirs == status::no_status ? status::normal : theirs);
}

void send_close(CodecState& state, int code, std::string_view reason) {
    if (state.phase != Phase::kOpen) return;
    begin_closing(state);
    state.closed_by_us = true;
    const auto sent = static_cast<std::uint16_t>(may_be_sent(code) ? code : 1011);
    websocketpp::lib::error_code error;
    try {
        connection_of(state).close(sent, fitting_reason(reason), error);
    } catch (...) {
        error = websocketpp::error::make_error_code(websocketpp::error::general);
    }
    if (error) return end(state, 1006);
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

void feed(CodecState& state, std::string_view bytes) {
    Connection& connection = connection_of(state);
    while (!bytes.empty() && state.phase <= Phase::kOpen && state.events != nullptr && !state.broken) {
        const std::size_t taken = connection.read_some(bytes.data(), bytes.size());
        if (taken == 0) break;
        bytes.remove_prefix(taken);
    }
}

// As feed(), and whatever went wrong inside becomes a Close.
void feed_contained(CodecState& state, std::string_view bytes) {
    try {
        feed(state, bytes);
    } catch (...) {
        state.broken = true;
    }
    if (state.events != nullptr && state.broken) send_close(state, 1011, "internal error");
}

bool is_close(std::string_view frame) { return frame.size() >= 4 && static_cast<unsigned char>(frame[0]) == 0x88; }

// A violation that the library found: its Close frame is on its way, and ours must not follow.
void tell_of_found(CodecState& state, std::string_view close_frame) {
    const int code = static_cast<unsigned char>(close_frame[2]) << 8 | static_cast<unsigned char>(close_frame[3]);
    begin_closing(state);
    state.closed_by_us = true;
    tell(state, [&](WebSocketCodec::Events& events) {
        events.on_violation(code, code == 1007 ? "text is not UTF-8" : "WebSocket violated", 0);
    });
}

websocketpp::lib::error_code write(CodecState& state,
                                   const std::vector<websocketpp::transport::buffer>& parts) {
    std::string frames;
    for (const auto& part : parts) frames.append(part.buf, part.len);
    if (state.phase == Phase::kOpen && !state.guard.close_seen() && is_close(frames)) tell_of_found(state, frames);
    tell(state, [&](WebSocketCodec::Events& events) { events.on_output(frames); });
    return {};
}

// The library keeps both heads for life, 1.5 KB of small strings, and hands them out as const; the connection
// that owns them is not.
void forget_heads(Connection& connection) {
    connection.set_uri(websocketpp::uri_ptr());
    const_cast<library::Config::request_type&>(connection.get_request()) = library::Config::request_type();
    const_cast<library::Config::response_type&>(connection.get_response()) = library::Config::response_type();
}

}  // namespace

struct WebSocketEndpoint::Server {
    Server(ChooseSubprotocol choose_one, Compression compressing);
    Connection* find(const websocketpp::connection_hdl& handle);

    // Total: an exception or a name that was not offered is no sub-protocol.
    std::string chosen(const std::vector<std::string>& offers) const;

    // What the guard has put together.
    void inflate(CodecState& state);

    const ChooseSubprotocol choose;
    const Compression compression;
    Deflater deflater;
    Inflater inflater;
    Library library;
};

WebSocketEndpoint::Server::Server(ChooseSubprotocol choose_one, Compression compressing)
    : choose(std::move(choose_one)), compression(compressing) {
    using Handle = websocketpp::connection_hdl;
    using Events = WebSocketCodec::Events;
    library.set_user_agent("");
    library.set_validate_handler([this](Handle handle) {
        Connection* connection = find(handle);
        const auto& offers = connection->get_requested_subprotocols();
        websocketpp::lib::error_code ignored;
        if (!offers.empty()) connection->select_subprotocol(offers.front(), ignored);
        if (connection->deflate)
            connection->append_header("Sec-WebSocket-Extensions", std::string(kDeflateAgreed));
        return true;
    });
    library.set_open_handler([this](Handle handle) {
        Connection* connection = find(handle);
        connection->phase = Phase::kOpen;
        tell(*connection, [&](Events& events) { events.on_open(connection->get_subprotocol()); });
    });
    library.set_message_handler([this](Handle handle, const Connection::message_ptr& message) {
        Connection* connection = find(handle);
        if (connection->phase != Phase::kOpen || connection->broken) return;
        const bool binary = message->get_opcode() == websocketpp::frame::opcode::binary;
        // The library looks for this only when the text came in one frame. The rest it has validated.
        if (!binary && ends_within_character(message->get_payload()))
            return refuse(*connection, {1007, "text ends within a character"});
        tell(*connection, [&](Events& events) { events.on_message(message->get_payload(), binary); });
    });
    library.set_pong_handler([this](Handle handle, const std::string& payload) {
        tell(*find(handle), [&](Events& events) { events.on_pong(payload); });
    });
    // An acknowledged Close of the peer's, or a violation that the library found and closed for.
    library.set_close_handler([this](Handle handle) {
        Connection* connection = find(handle);
        if (connection->phase != Phase::kOpen) return;
        begin_closing(*connection);
        connection->closed_by_us = !acknowledges(*connection);
    });
    library.set_fail_handler([this](Handle handle) { end(*find(handle), 1006); });
}

Connection* WebSocketEndpoint::Server::find(const websocketpp::connection_hdl& handle) {
    // Handlers run inside calls of the codec, which hold the connection.
    return static_cast<Connection*>(handle.lock().get());
}

std::string WebSocketEndpoint::Server::chosen(const std::vector<std::string>& offers) const {
    if (!choose || offers.empty()) return {};
    std::string name = choose(offers);
    return std::find(offers.begin(), offers.end(), name) == offers.end() ? std::string() : name;
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
    : server_(std::make_unique<Server>(std::move(choose), compression)) {
    (void)websocketpp::lib::net::_htonll(1);
}

WebSocketEndpoint::~WebSocketEndpoint() = default;

WebSocketCodec::WebSocketCodec(WebSocketEndpoint& endpoint, Events& events, std::size_t max_message)
    : endpoint_(endpoint) {
    const Library::connection_ptr connection = endpoint.server_->library.get_connection();
    connection->set_vector_write_handler(
        [](websocketpp::connection_hdl handle, const std::vector<websocketpp::transport::buffer>& parts) {
            return write(*static_cast<Connection*>(handle.lock().get()), parts);
        });
    connection->set_write_handler(
        [](websocketpp::connection_hdl handle, const char* bytes, std::size_t size) {
            return write(*static_cast<Connection*>(handle.lock().get()), {{bytes, size}});
        });
    connection->events = &events;
    state_ = connection;
    set_max_message(max_message);
}

// What the library still has on the stack keeps the connection; with `events` gone it can tell nobody.
WebSocketCodec::~WebSocketCodec() {
    state_->events = nullptr;
    state_->phase = Phase::kClosed;
}

bool WebSocketCodec::open(const UpgradeRequest& request) {
    assert(state_->phase == Phase::kHandshake && is_websocket_key(request.key));
    const std::shared_ptr<CodecState> state = state_;  // a callback may destroy *this
    if (request.deflate && endpoint_.server_->compression == Compression::kOn) {
        state->deflate = true;
        state->guard.expect_compressed();
    }
    const std::string head = head_for_library(request, endpoint_.server_->chosen(request.subprotocols));
    connection_of(*state).start();
    feed_contained(*state, head);
    forget_heads(connection_of(*state));
    if (state->phase != Phase::kHandshake) return state->phase == Phase::kOpen;
    connection_of(*state).eof();  // else its pending read keeps the connection alive by itself
    end(*state, 1006);
    return false;
}

void WebSocketCodec::receive(std::string_view bytes, Monotonic now) {
    const std::shared_ptr<CodecState> state = state_;  // a callback may destroy *this
    WebSocketEndpoint::Server& server = *endpoint_.server_;
    while (!bytes.empty() && (state->phase == Phase::kOpen || state->phase == Phase::kClosing)) {
        const FrameGuard::Verdict verdict = state->guard.read(bytes, now);
        if (state->phase == Phase::kOpen) feed_contained(*state, bytes.substr(0, verdict.pass));
        if (state->phase == Phase::kOpen && verdict.message) server.inflate(*state);
        if (verdict.refusal) refuse(*state, *verdict.refusal);
        bytes.remove_prefix(verdict.taken);
    }
    end_if_done(*state);
}

FrameRef WebSocketCodec::as_agreed(const FrameRef& frame, std::optional<Monotonic> turn) {
    return state_->deflate ? endpoint_.server_->deflater.deflated(frame, turn) : frame;
}

void WebSocketCodec::ping(std::string_view payload) {
    if (!is_open()) return;
    const std::shared_ptr<CodecState> state = state_;
    websocketpp::lib::error_code ignored;  // open and short enough: nothing is left to fail
    connection_of(*state).ping(std::string(payload.substr(0, kMaxPingPayload)), ignored);
}

void WebSocketCodec::close(int code, std::string_view reason) {
    const std::shared_ptr<CodecState> state = state_;
    send_close(*state, code, reason);
}

void WebSocketCodec::set_max_message(std::size_t octets) {
    state_->guard.set_max_message(octets);
    connection_of(*state_).set_max_message_size(octets);
}

bool WebSocketCodec::is_open() const { return state_->phase == Phase::kOpen; }

}  // namespace causeway::net
