// The URLs of one SockJS service as HTTP: what each path answers to which method, CORS, caching, cookies.
// Requests to sessions go on to the hub. Independent of what is spoken over it. Belongs to its shard's
// thread.
#pragma once

#include <variant>

#include "broker/base/random.hpp"
#include "broker/net/http_protocol.hpp"
#include "broker/net/sockjs_hub.hpp"

namespace causeway::net {

class SockJsSite {
public:
    // Of the service at that place of the hub's. Both outlive the site.
    SockJsSite(std::size_t place, SockJsHub& hub, Random& random)
        : place_(place), service_(hub.service(place)), hub_(hub), random_(random) {}

    // Whether the path is of this service. Who may come from where is decided before.
    [[nodiscard]] bool serves(const HttpHead& head) const;
    // True: the exchange is answered, or will be.
    [[nodiscard]] bool answers_later(const HttpRequest& request, HttpExchange& exchange);
    // Everything else under the prefix.
    [[nodiscard]] HttpResponse answer(const HttpHead& head);
    // For a request to upgrade.
    [[nodiscard]] std::variant<WebSocketPlace, HttpResponse> websocket_at(const HttpHead& head) const;

private:
    [[nodiscard]] HttpResponse iframe(const HttpHead& head) const;
    [[nodiscard]] HttpResponse session_head(const HttpHead& head) const;
    [[nodiscard]] bool refuses_callback(const HttpRequest& request, SockJsRequest& wanted,
                                        HttpExchange& exchange) const;

    const std::size_t place_;
    const SockJsService& service_;
    SockJsHub& hub_;
    Random& random_;
};

}  // namespace causeway::net
