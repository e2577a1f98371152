#include "broker/net/sockjs_site.hpp"

#include <array>
#include <utility>

#include "broker/net/query.hpp"
#include "broker/net/sockjs_envelope.hpp"

namespace causeway::net {

namespace {

using sockjs::Endpoint;

constexpr std::string_view kNeverCached = "no-store, no-cache, must-revalidate, max-age=0";
constexpr std::string_view kCachedForAYear = "public, max-age=31536000";
constexpr std::string_view kFarAway = "Fri, 31 Dec 9999 23:59:59 GMT";

HttpResponse plain(int status, std::string text) {
    HttpResponse response;
    response.status = status;
    response.content_type = "text/plain; charset=UTF-8";
    response.body = std::move(text);
    return response;
}

// A page of another origin reads an answer only with these. `null` (a page from a file) cannot be echoed.
void allow_origin(const HttpHead& head, HttpResponse& response) {
    const std::string_view origin = head.get("Origin");
    const bool named = !origin.empty() && origin != "null";
    response.headers.emplace_back("Access-Control-Allow-Origin", named ? origin : "*");
    response.headers.emplace_back("Access-Control-Allow-Credentials", "true");
    if (const auto wanted = head.get("Access-Control-Request-Headers"); !wanted.empty())
        response.headers.emplace_back("Access-Control-Allow-Headers", wanted);
    response.headers.emplace_back("Vary", "Origin");
}

void cache_for_a_year(HttpResponse& response) {
    response.headers.emplace_back("Cache-Control", kCachedForAYear);
    response.headers.emplace_back("Expires", kFarAway);
}

HttpResponse options(const HttpHead& head, std::string_view methods) {
    HttpResponse response;
    response.status = 204;
    cache_for_a_year(response);
    response.headers.emplace_back("Access-Control-Max-Age", "31536000");
    response.headers.emplace_back("Access-Control-Allow-Methods", methods);
    allow_origin(head, response);
    return response;
}

HttpResponse wrong_method(std::string_view allowed) {
    HttpResponse response;
    response.status = 405;
    response.headers.emplace_back("Allow", allowed);
    return response;
}

std::string allowed_methods(sockjs::Transport transport) {
    return "OPTIONS, " + std::string(sockjs::method_of(transport));
}

// FNV-1a: that the page is another one is all an ETag has to show.
std::string etag_of(std::string_view page) {
    std::uint64_t hash = 0xcbf29ce484222325U;
    for (const char c : page) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
    return '"' + std::to_string(hash) + '"';
}

// A JSESSIONID that is there already keeps its value, if that can stand in a header.
std::string session_cookie(const HttpHead& head) {
    constexpr std::string_view kName = "JSESSIONID=";
    std::string_view cookies = head.get("Cookie");
    while (!cookies.empty()) {
        const std::size_t end = std::min(cookies.find(';'), cookies.size());
        const std::string_view cookie = trimmed(cookies.substr(0, end));
        if (cookie.substr(0, kName.size()) == kName && is_http_token(cookie.substr(kName.size())))
            return std::string(cookie) + "; path=/";
        cookies.remove_prefix(std::min(end + 1, cookies.size()));
    }
    return "JSESSIONID=dummy; path=/";
}

Carrier carrier_of(sockjs::Transport transport) {
    switch (transport) {
        case sockjs::Transport::kXhrStreaming:
            return Carrier::kXhrStreaming;
        case sockjs::Transport::kEventSource:
            return Carrier::kEventSource;
        case sockjs::Transport::kHtmlFile:
            return Carrier::kHtmlFile;
        case sockjs::Transport::kJsonp:
            return Carrier::kJsonp;
        default:
            return Carrier::kXhrPolling;
    }
}

// What a form or a plain body of jsonp_send carries.
std::string payload_of(const HttpRequest& request, sockjs::Transport transport) {
    const std::string_view type = request.head.get("Content-Type");
    const bool form = transport == sockjs::Transport::kJsonpSend &&
                      type.substr(0, 33) == "application/x-www-form-urlencoded";
    if (!form) return std::string(request.body);
    const auto fields = Query::parse(request.body);
    const auto value = fields ? fields->get("d") : std::nullopt;
    return std::string(value.value_or(""));
}

}  // namespace

bool SockJsSite::serves(const HttpHead& head) const {
    const std::string_view path = head.path;
    return path.substr(0, service_.prefix.size()) == service_.prefix &&
           (path.size() == service_.prefix.size() || path[service_.prefix.size()] == '/');
}

std::variant<WebSocketPlace, HttpResponse> SockJsSite::websocket_at(const HttpHead& head) const {
    const auto route = sockjs::route(service_.prefix, head.path);
    if (route) {
        if (route->endpoint == Endpoint::kGreeting || route->endpoint == Endpoint::kRawWebSocket)
            return WebSocketPlace{Wire::kWebSocket};
        const bool session = route->endpoint == Endpoint::kSession && route->transport == sockjs::Transport::kWebSocket;
        if (session && service_.websocket) return WebSocketPlace{Wire::kSockJsWebSocket};
    }
    return plain(404, "no WebSocket here; try " + service_.prefix + "\n");
}

HttpResponse SockJsSite::session_head(const HttpHead& head) const {
    HttpResponse response;
    response.headers.emplace_back("Cache-Control", kNeverCached);
    if (service_.cookie_needed) response.headers.emplace_back("Set-Cookie", session_cookie(head));
    allow_origin(head, response);
    return response;
}

bool SockJsSite::refuses_callback(const HttpRequest& request, SockJsRequest& wanted,
                                  HttpExchange& exchange) const {
    if (!sockjs::needs_callback(wanted.transport)) return false;
    const auto query = Query::parse(request.head.query);
    std::optional<std::string_view> name = query ? query->get("c") : std::nullopt;
    if (!name && query) name = query->get("callback");
    if (name && sockjs::is_callback(*name)) {
        wanted.callback = *name;
        return false;
    }
    exchange.respond(
        plain(500, name ? "invalid \"callback\" parameter\n" : "\"callback\" parameter required\n"));
    return true;
}

bool SockJsSite::answers_later(const HttpRequest& request, HttpExchange& exchange) {
    const auto route = sockjs::route(service_.prefix, request.head.path);
    if (!route || route->endpoint != Endpoint::kSession || route->transport == sockjs::Transport::kWebSocket)
        return false;
    if (request.head.method != sockjs::method_of(route->transport)) return false;
    SockJsRequest wanted;
    wanted.service = place_;
    wanted.session = route->session;
    wanted.transport = route->transport;
    wanted.opening = {carrier_of(route->transport),
                      request.peer,
                      request.head.query,
                      std::string(request.head.get("Origin")),
                      {}};
    wanted.head = session_head(request.head);
    if (refuses_callback(request, wanted, exchange)) return true;
    if (!sockjs::is_receiving(route->transport)) wanted.payload = payload_of(request, route->transport);
    hub_.on_request(std::move(wanted), exchange);
    return true;
}

HttpResponse SockJsSite::iframe(const HttpHead& head) const {
    std::string page = sockjs::iframe_page(service_.client_url);
    HttpResponse response;
    cache_for_a_year(response);
    response.headers.emplace_back("ETag", etag_of(page));
    if (head.get("If-None-Match") == etag_of(page)) {
        response.status = 304;
        return response;
    }
    response.content_type = "text/html; charset=UTF-8";
    response.body = std::move(page);
    return response;
}

HttpResponse SockJsSite::answer(const HttpHead& head) {
    const auto route = sockjs::route(service_.prefix, head.path);
    if (!route) return plain(404, "not found\n");
    const bool is_session = route->endpoint == Endpoint::kSession;
    const std::string methods = is_session ? allowed_methods(route->transport) : "OPTIONS, GET";
    if (head.method == "OPTIONS") return options(head, methods);
    const std::string_view method = is_session ? sockjs::method_of(route->transport) : "GET";
    if (head.method != method && !(method == "GET" && head.method == "HEAD")) return wrong_method(methods);
    HttpResponse response;
    switch (route->endpoint) {
        case Endpoint::kGreeting:
            return plain(200, std::string(sockjs::kGreetingText));
        case Endpoint::kIframe:
            return iframe(head);
        case Endpoint::kInfo:
            response = session_head(head);
            std::erase_if(response.headers, [](const auto& header) { return header.first == "Set-Cookie"; });
            response.content_type = "application/json; charset=UTF-8";
            response.body = sockjs::info(random_, service_.websocket, service_.cookie_needed);
            return response;
        case Endpoint::kRawWebSocket:
        case Endpoint::kSession:
            break;
    }
    return plain(400, "Can \"Upgrade\" only to \"WebSocket\".\n");
}

}  // namespace causeway::net
