// HTTP/1.1 on a connection: heads, bodies, keep-alive, pipelining; hands the connection over on an
// upgrade to WebSocket. What is answered is its HttpSite's business.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "broker/net/connection.hpp"
#include "broker/net/http_body.hpp"
#include "broker/net/http_exchange.hpp"
#include "broker/net/http_head.hpp"
#include "broker/net/http_response.hpp"
#include "broker/net/transport.hpp"
#include "broker/net/websocket_codec.hpp"

namespace causeway::net {

struct HttpRequest {
    const HttpHead& head;
    std::string_view body;
    const std::string& peer;  // the client's address, as HttpSite::client_of() says
};

// A place that takes WebSockets.
struct WebSocketPlace {
    Wire wire;
};

// What one listener serves. Called on its loop's thread.
class HttpSite {
public:
    HttpSite() = default;
    HttpSite(const HttpSite&) = delete;
    HttpSite& operator=(const HttpSite&) = delete;
    virtual ~HttpSite() = default;

    [[nodiscard]] virtual HttpResponse answer(const HttpRequest& request) = 0;
    // Asked first. True: the site answers through `exchange`, whose user it has set or which it has answered.
    [[nodiscard]] virtual bool answers_later(const HttpRequest& /*request*/, HttpExchange& /*exchange*/) {
        return false;
    }
    [[nodiscard]] virtual std::size_t body_limit() const = 0;
    // What sets it, for whom it refuses; empty: nothing that could be set.
    [[nodiscard]] virtual std::string body_limit_key() const { return {}; }
    // What Strict-Transport-Security says in answers over TLS (RFC 6797); empty: nothing.
    [[nodiscard]] virtual const std::string& strict_transport() const;
    // For a request to upgrade: the place, or the answer that refuses it.
    [[nodiscard]] virtual std::variant<WebSocketPlace, HttpResponse> websocket_at(const HttpHead& head) = 0;
    // The session behind a WebSocket about to be opened. Never null.
    [[nodiscard]] virtual std::unique_ptr<TransportUser> make_user(Transport& transport) = 0;
    // The largest message before the session allows more.
    [[nodiscard]] virtual std::size_t first_message_limit() const = 0;
    // Who asks: `peer`, or whom a proxy there says that it speaks for.
    [[nodiscard]] virtual std::string client_of(const HttpHead& /*head*/, const std::string& peer) const { return peer; }
    // For a WebSocket of a client who is not the peer: a place among the strangers. Null: he does not get in.
    [[nodiscard]] virtual std::unique_ptr<AddressBook::Ticket> admit(const std::string& /*client*/) { return nullptr; }
    virtual void on_answered(int /*status*/) {}
    // Who asked for a WebSocket in a wrong way, or for nothing in time.
    enum class TurnedAway : std::uint8_t { kBadUpgrade, kTooLate };
    virtual void on_turned_away(TurnedAway /*why*/) {}
};

class HttpProtocol final : public Protocol, private HttpExchange {
public:
    static constexpr Milliseconds kHeadTimeout{5'000};   // absolute, from the first octet or the accept
    static constexpr Milliseconds kBodyTimeout{15'000};  // absolute
    static constexpr Milliseconds kIdleTimeout{30'000};  // between requests

    // All outlive the protocol.
    HttpProtocol(Connection& connection, HttpSite& site, WebSocketEndpoint& endpoint);

private:
    enum class Stage : std::uint8_t { kIdle, kHead, kBody, kAnswering, kDone };
    // Of pipelined requests behind one that is being answered.
    static constexpr std::size_t kMaxWaiting = 64 * 1024;

    // Protocol
    void on_bytes(std::string_view bytes) override;
    void on_deadline(Monotonic now) override;
    void on_drain() override;
    void on_drained() override;
    void on_slow() override { connection_.abort(); }
    void on_gone(Gone how) override;
    // HttpExchange
    void answer_by(HttpExchangeUser& user) override { user_ = &user; }
    void respond(HttpResponse response) override;
    void begin(HttpResponse head) override;
    void write(const FrameRef& part) override;
    void end() override;
    void tell_written() override { connection_.tell_drained(); }
    void acquaint() override { connection_.acquaint(); }

    void read_on();
    bool step();
    bool read_head();
    bool read_body();
    void upgrade();
    void answer(std::string_view body);
    [[nodiscard]] bool stays_open() const { return head_->keep_alive && !draining_; }
    void put(HttpResponse response, std::string_view method);
    void come_too_late();
    void refuse_body(HttpRefusal refusal);
    void add_policy(HttpResponse& response) const;
    void next_request();

    Connection& connection_;
    HttpSite& site_;
    WebSocketEndpoint& endpoint_;
    HttpHeadParser parser_;
    std::optional<HttpHead> head_;
    std::optional<HttpBodyReader> body_;
    std::string received_;  // not used up yet
    Stage stage_ = Stage::kHead;
    bool draining_ = false;  // no more requests after the one under way
    bool stepping_ = false;  // read_on() is at work
    bool chunked_ = false;   // of the answer that streams
    HttpExchangeUser* user_ = nullptr;
};

}  // namespace causeway::net
