#include "broker/public_site.hpp"

#include <algorithm>

#include "broker/net/client_behind.hpp"

namespace causeway {

namespace {

constexpr std::string_view kForeign = "this origin is not in http.allowed_origins\n";

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

PublicSite::PublicSite(PublicSiteParts parts) : parts_(std::move(parts)) {
    for (std::size_t place = 0; place < parts_.services; ++place) sockjs_.emplace_back(place, parts_.hub, parts_.random);
}

std::string PublicSite::client_of(const net::HttpHead& head, const std::string& peer) const {
    return net::client_behind(head, parts_.forwarded_header, peer, parts_.addresses.proxies());
}

net::SockJsSite* PublicSite::sockjs_at(const net::HttpHead& head) {
    for (auto& site : sockjs_)
        if (site.serves(head)) return &site;
    return nullptr;
}

std::variant<net::WebSocketPlace, net::HttpResponse> PublicSite::websocket_at(const net::HttpHead& head) {
    const net::SockJsSite* const site = sockjs_at(head);
    if (site != nullptr && !parts_.origins.admits(head)) {
        ++parts_.counters.rejected[admin::RejectReason::kOrigin];
        return plain(403, std::string(kForeign));
    }
    if (site != nullptr) {
        auto place = site->websocket_at(head);
        if (std::holds_alternative<net::WebSocketPlace>(place)) return place;
    }
    ++parts_.counters.rejected[admin::RejectReason::kBadHandshake];
    return plain(404, "no WebSocket here; try " + parts_.hub.service(0).prefix + "\n");
}

void PublicSite::on_turned_away(TurnedAway why) {
    const bool late = why == TurnedAway::kTooLate;
    ++parts_.counters.rejected[late ? admin::RejectReason::kTimeout : admin::RejectReason::kBadHandshake];
}

bool PublicSite::answers_later(const net::HttpRequest& request, net::HttpExchange& exchange) {
    net::SockJsSite* const site = sockjs_at(request.head);
    return site != nullptr && parts_.addresses.welcomes(request.peer) && parts_.origins.admits(request.head) && site->answers_later(request, exchange);
}

net::HttpResponse PublicSite::answer(const net::HttpRequest& request) {
    const net::HttpHead& head = request.head;
    if (!parts_.addresses.welcomes(request.peer)) {
        ++parts_.counters.rejected[admin::RejectReason::kAddressDenied];
        return plain(403, "this address may not connect\n");
    }
    if (head.path == "/livez" || head.path == "/readyz") {
        const auto probe = head.path == "/livez" ? admin::Probe::kLive : admin::Probe::kReady;
        const bool passes = admin::passes(parts_.health(), probe);
        return plain(passes ? 200 : 503, passes ? "ok\n" : "failed\n");
    }
    net::SockJsSite* const site = sockjs_at(head);
    if (site == nullptr) return file(head);
    if (parts_.origins.admits(head)) return site->answer(head);
    ++parts_.counters.rejected[admin::RejectReason::kOrigin];
    return plain(403, std::string(kForeign));
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
