#include "broker/public_site.hpp"

#include <algorithm>

#include "broker/net/sockjs.hpp"

namespace causeway {

namespace {

// Pages of other origins read SockJS answers only with these; `*` is not allowed beside credentials.
void allow_origin(const net::HttpHead& head, net::HttpResponse& response) {
    const std::string_view origin = head.get("Origin");
    if (origin.empty()) return;
    response.headers.emplace_back("Access-Control-Allow-Origin", origin);
    response.headers.emplace_back("Access-Control-Allow-Credentials", "true");
    response.headers.emplace_back("Vary", "Origin");
}

net::HttpResponse plain(int status, std::string text) {
    net::HttpResponse response;
    response.status = status;
    response.content_type = "text/plain; charset=utf-8";
    response.body = std::move(text);
    return response;
}

}  // namespace

bool OriginPolicy::admits(const net::HttpHead& head) const {
    const std::string_view origin = head.get("Origin");
    if (origin.empty()) return true;  // not a browser
    const auto matches = [&](const std::string& entry) { return entry == "*" || net::same_ignoring_case(entry, origin); };
    if (std::any_of(allowed.begin(), allowed.end(), matches)) return true;
    const std::string_view host = head.get("Host");
    return net::same_ignoring_case(origin, "http://" + std::string(host)) ||
           net::same_ignoring_case(origin, "https://" + std::string(host));
}

std::variant<net::WebSocketPlace, net::HttpResponse> PublicSite::websocket_at(const net::HttpHead& head) {
    using net::sockjs::Endpoint;
    for (const std::string& prefix : parts_.prefixes) {
        const auto route = net::sockjs::route(prefix, head.path);
        if (!route) continue;
        if (!parts_.origins.admits(head)) {
            ++parts_.counters.rejected[admin::RejectReason::kOrigin];
            return plain(403, "this origin is not in http.allowed_origins\n");
        }
        if (route->endpoint == Endpoint::kGreeting || route->endpoint == Endpoint::kRawWebSocket)
            return net::WebSocketPlace{net::Wire::kWebSocket};
        if (route->endpoint == Endpoint::kSession && route->transport == net::sockjs::Transport::kWebSocket)
            return net::WebSocketPlace{net::Wire::kSockJsWebSocket};
    }
    ++parts_.counters.rejected[admin::RejectReason::kBadHandshake];
    return plain(404, "no WebSocket here; try " + parts_.prefixes.front() + "\n");
}

net::HttpResponse PublicSite::answer(const net::HttpRequest& request) {
    const net::HttpHead& head = request.head;
    if (head.path == "/livez" || head.path == "/readyz") {
        const auto probe = head.path == "/livez" ? admin::Probe::kLive : admin::Probe::kReady;
        const bool passes = admin::passes(parts_.health(), probe);
        return plain(passes ? 200 : 503, passes ? "ok\n" : "failed\n");
    }
    if (auto response = sockjs(head)) return std::move(*response);
    return file(head);
}

std::optional<net::HttpResponse> PublicSite::sockjs(const net::HttpHead& head) {
    using net::sockjs::Endpoint;
    for (const std::string& prefix : parts_.prefixes) {
        const auto route = net::sockjs::route(prefix, head.path);
        if (!route) continue;
        if (!parts_.origins.admits(head)) return plain(403, "this origin is not in http.allowed_origins\n");
        net::HttpResponse response;
        switch (route->endpoint) {
            case Endpoint::kGreeting: response = plain(200, std::string(net::sockjs::kGreetingText)); break;
            case Endpoint::kInfo:
                response.content_type = "application/json; charset=UTF-8";
                response.body = net::sockjs::info(parts_.random, true, false);
                break;
            case Endpoint::kIframe:
            case Endpoint::kSession: response = plain(404, "this transport is not available in this version\n"); break;
            case Endpoint::kRawWebSocket: response = plain(400, "Can \"Upgrade\" only to \"WebSocket\".\n"); break;
        }
        if (head.method == "OPTIONS") {
            response = plain(204, {});
            response.headers.emplace_back("Access-Control-Allow-Methods", "OPTIONS, GET, POST");
            response.headers.emplace_back("Access-Control-Max-Age", "86400");
        }
        allow_origin(head, response);
        return response;
    }
    return std::nullopt;
}

net::HttpResponse PublicSite::file(const net::HttpHead& head) const {
    const net::StaticFiles::File* const found = parts_.files.find(head.path);
    if (found == nullptr) return plain(404, "not found\n");
    if (head.method != "GET" && head.method != "HEAD") {
        net::HttpResponse response = plain(405, "only GET and HEAD\n");
        response.headers.emplace_back("Allow", "GET, HEAD");
        return response;
    }
    net::HttpResponse response;
    response.content_type = found->content_type;
    response.body = found->bytes;
    response.headers.emplace_back("Cache-Control", "no-cache");
    return response;
}

}  // namespace causeway
