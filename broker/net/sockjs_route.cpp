#include <algorithm>
#include <utility>

#include "broker/net/sockjs.hpp"

namespace causeway::net::sockjs {

namespace {

bool is_id(std::string_view id) {
    constexpr std::size_t kMaxId = 128;
    const auto fits = [](char c) { return c >= 0x20 && c < 0x7f && c != '.'; };
    return !id.empty() && id.size() <= kMaxId && std::all_of(id.begin(), id.end(), fits);
}

std::optional<Transport> transport_named(std::string_view name) {
    static constexpr std::pair<std::string_view, Transport> kNames[] = {
        {"websocket", Transport::kWebSocket},
        {"xhr", Transport::kXhr},
        {"xhr_send", Transport::kXhrSend},
        {"xhr_streaming", Transport::kXhrStreaming},
        {"eventsource", Transport::kEventSource},
        {"htmlfile", Transport::kHtmlFile},
        {"jsonp", Transport::kJsonp},
        {"jsonp_send", Transport::kJsonpSend},
    };
    for (const auto& [known, transport] : kNames)
        if (known == name) return transport;
    return std::nullopt;
}

bool is_iframe(std::string_view name) {
    constexpr std::string_view kHead = "iframe";
    constexpr std::string_view kTail = ".html";
    if (name.size() < kHead.size() + kTail.size() || name.size() > 64) return false;
    return name.substr(0, kHead.size()) == kHead && name.substr(name.size() - kTail.size()) == kTail;
}

std::optional<Route> session_route(std::string_view rest) {
    const std::size_t first = rest.find('/');
    const std::size_t second = rest.find('/', first + 1);
    if (first == std::string_view::npos || second == std::string_view::npos) return std::nullopt;
    const std::optional<Transport> transport = transport_named(rest.substr(second + 1));
    const Route found{Endpoint::kSession, rest.substr(0, first), rest.substr(first + 1, second - first - 1),
                      transport.value_or(Transport::kWebSocket)};
    if (!transport || !is_id(found.server) || !is_id(found.session)) return std::nullopt;
    return found;
}

}  // namespace

std::optional<Route> route(std::string_view prefix, std::string_view path) {
    if (path.substr(0, prefix.size()) != prefix) return std::nullopt;
    std::string_view rest = path.substr(prefix.size());
    if (rest.empty() || rest == "/") return Route{};
    if (rest.front() != '/') return std::nullopt;
    rest.remove_prefix(1);
    if (rest == "info") return Route{Endpoint::kInfo, {}, {}, {}};
    if (rest == "websocket") return Route{Endpoint::kRawWebSocket, {}, {}, {}};
    if (is_iframe(rest) && rest.find('/') == std::string_view::npos)
        return Route{Endpoint::kIframe, {}, {}, {}};
    return session_route(rest);
}

}  // namespace causeway::net::sockjs
