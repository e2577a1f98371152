#include "broker/net/http_protocol.hpp"

#include <utility>

#include "broker/net/websocket_handshake.hpp"
#include "broker/net/websocket_transport.hpp"

namespace causeway::net {

namespace {

constexpr Milliseconds kLinger{1'000};
const HttpRefusal kNotAdmitted{503, "too many connections of this address have not logged in, or none may"};

}  // namespace

const std::string& HttpSite::strict_transport() const {
    static const std::string nothing;
    return nothing;
}

HttpProtocol::HttpProtocol(Connection& connection, HttpSite& site, WebSocketEndpoint& endpoint)
    : connection_(connection), site_(site), endpoint_(endpoint) {
    connection_.set_deadline(connection_.loop().now() + kHeadTimeout);
}

void HttpProtocol::on_bytes(std::string_view bytes) {
    received_.append(bytes);
    if (stage_ == Stage::kAnswering && received_.size() > kMaxWaiting) return connection_.abort();
    read_on();
}

void HttpProtocol::read_on() {
    if (stepping_) return;  // an answer given at once: the loop that brought the request goes on
    stepping_ = true;
    while (step()) {
    }
    stepping_ = false;
}

// True when there may be more to do with what was received.
bool HttpProtocol::step() {
    switch (stage_) {
        case Stage::kIdle:
            if (received_.empty()) return false;
            stage_ = Stage::kHead;
            connection_.set_deadline(connection_.loop().now() + kHeadTimeout);
            return true;
        case Stage::kHead:
            return read_head();
        case Stage::kBody:
            return read_body();
        case Stage::kAnswering:
        case Stage::kDone:
            return false;
    }
    return false;
}

void HttpProtocol::on_deadline(Monotonic /*now*/) {
    if (stage_ == Stage::kHead || stage_ == Stage::kBody) return come_too_late();
    if (stage_ != Stage::kAnswering) connection_.abort();
}

void HttpProtocol::come_too_late() {
    site_.on_turned_away(HttpSite::TurnedAway::kTooLate);
    if (stage_ == Stage::kHead && received_.empty()) return connection_.abort();
    put(response_of({408, "the request did not arrive in time"}), "");
}

// RFC 6797, 7.2: never on a connection that is not encrypted.
void HttpProtocol::add_policy(HttpResponse& response) const {
    if (!connection_.encrypted() || site_.strict_transport().empty()) return;
    response.headers.emplace_back("Strict-Transport-Security", site_.strict_transport());
}

void HttpProtocol::on_drained() {
    if (user_ != nullptr) user_->on_written();
}

void HttpProtocol::on_gone(Gone /*how*/) {
    stage_ = Stage::kDone;
    if (auto* const user = std::exchange(user_, nullptr)) user->on_gone();
}

void HttpProtocol::on_drain() {
    draining_ = true;
    if (stage_ == Stage::kIdle || (stage_ == Stage::kHead && received_.empty())) connection_.abort();
}

bool HttpProtocol::read_head() {
    HttpParsed parsed = parser_.parse(received_);
    if (std::holds_alternative<NeedMore>(parsed)) return false;
    if (const auto* refusal = std::get_if<HttpRefusal>(&parsed)) return put(response_of(*refusal), ""), false;
    head_ = std::get<HttpHead>(std::move(parsed));
    received_.erase(0, head_->size);
    if (wants_websocket(*head_)) return upgrade(), false;
    body_.emplace(*head_, site_.body_limit());
    stage_ = Stage::kBody;
    connection_.set_deadline(connection_.loop().now() + kBodyTimeout);
    return true;
}

bool HttpProtocol::read_body() {
    const BodyParsed parsed = body_->read(received_);
    if (const auto* refusal = std::get_if<HttpRefusal>(&parsed)) return refuse_body(*refusal), false;
    if (const auto* done = std::get_if<BodyDone>(&parsed)) {
        received_.erase(0, done->used);
        answer(body_->body());
        return stage_ == Stage::kIdle;
    }
    received_.clear();
    return false;
}

void HttpProtocol::refuse_body(HttpRefusal refusal) {
    const std::string key = site_.body_limit_key();
    if (refusal.status == 413 && !key.empty()) refusal.text += ": " + key;
    put(response_of(refusal), "");
}

// What goes wrong behind a site is its request's end, not the broker's.
void HttpProtocol::answer(std::string_view body) try {
    const std::string client = site_.client_of(*head_, connection_.peer());
    const HttpRequest request{*head_, body, client};
    stage_ = Stage::kAnswering;
    if (site_.answers_later(request, *this)) return;
    respond(site_.answer(request));
} catch (const std::exception&) {
    user_ = nullptr;
    respond(response_of({500, "the request could not be answered"}));
}

void HttpProtocol::respond(HttpResponse response) {
    user_ = nullptr;
    response.keep_alive = response.keep_alive && stays_open();
    put(std::move(response), head_->method);
    read_on();
}

void HttpProtocol::begin(HttpResponse head) {
    chunked_ = head_->minor_version >= 1;
    head.keep_alive = stays_open();
    add_policy(head);
    site_.on_answered(head.status);
    connection_.send(stream_head(head, chunked_ ? StreamEnd::kLastChunk : StreamEnd::kConnectionClose));
}

// As a chunk it is made once for all answers that it is a part of.
void HttpProtocol::write(const FrameRef& part) {
    if (!chunked_) return connection_.send(part);
    FrameRef chunk = part.twin();
    if (!chunk) {
        std::string octets;
        octets.reserve(part.size() + 16);
        append_chunk(octets, part.bytes());
        chunk = FrameRef::make({}, octets);
        part.set_twin(chunk);
    }
    connection_.send(chunk);
}

void HttpProtocol::end() {
    user_ = nullptr;
    if (chunked_) {
        std::string last;
        append_last_chunk(last);
        connection_.send(last);
        if (stays_open()) {
            next_request();
            return read_on();
        }
    }
    stage_ = Stage::kDone;
    connection_.finish(kLinger);
}

void HttpProtocol::put(HttpResponse response, std::string_view method) {
    add_policy(response);
    site_.on_answered(response.status);
    connection_.send(whole_response(response, method));
    if (response.keep_alive) return next_request();
    stage_ = Stage::kDone;
    connection_.finish(kLinger);
}

void HttpProtocol::next_request() {
    head_.reset();
    body_.reset();
    stage_ = Stage::kIdle;
    if (received_.empty()) std::string().swap(received_);
    connection_.set_deadline(connection_.loop().now() + kIdleTimeout);
}

// From here on the connection belongs to the WebSocket; this object ends with the turn.
void HttpProtocol::upgrade() {
    auto place = site_.websocket_at(*head_);
    if (auto* const refused = std::get_if<HttpResponse>(&place)) {
        refused->keep_alive = false;
        return put(std::move(*refused), head_->method);
    }
    auto request = read_upgrade(*head_);
    if (const auto* refusal = std::get_if<HttpRefusal>(&request)) {
        site_.on_turned_away(HttpSite::TurnedAway::kBadUpgrade);
        return put(response_of(*refusal), head_->method);
    }

    const std::string client = site_.client_of(*head_, connection_.peer());
    if (client != connection_.peer()) {
        auto stranger = site_.admit(client);
        if (stranger == nullptr) return put(response_of(kNotAdmitted), head_->method);
        connection_.speaks_for(std::move(stranger));
    }
    stage_ = Stage::kDone;
    site_.on_answered(101);
    const Wire wire = std::get<WebSocketPlace>(place).wire;
    const Carrier carrier = wire == Wire::kWebSocket ? Carrier::kWebSocket : Carrier::kSockJsWebSocket;
    Opening opening{carrier, client, head_->query, std::string(head_->get("Origin")), {}};
    auto transport = std::make_unique<WebSocketTransport>(connection_, endpoint_, wire, std::move(opening),
                                                          site_.first_message_limit());
    WebSocketTransport& opened = *transport;
    opened.attach(site_.make_user(opened));
    connection_.set_protocol(std::move(transport));
    auto& agreed = std::get<UpgradeRequest>(request);
    if (connection_.encrypted()) agreed.strict_transport = site_.strict_transport();
    opened.open(agreed, received_);
}

}  // namespace causeway::net
