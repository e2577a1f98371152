#include "broker/admin/request.hpp"

#include "broker/net/query.hpp"

namespace causeway::admin {

const std::string* Request::header(std::string_view name) const {
    for (const auto& [key, value] : headers)
        if (net::same_ignoring_case(key, name)) return &value;
    return nullptr;
}

std::optional<Request> make_request(const net::HttpHead& head, std::string body, std::string peer) {
    const auto query = net::Query::parse(head.query);
    if (!query) return std::nullopt;
    Request request;
    for (const auto& [name, value] : query->parameters())
        if (!request.query.emplace(name, value).second) return std::nullopt;
    request.method = head.method;
    request.path = head.path;
    request.headers = head.headers;
    request.body = std::move(body);
    request.peer = std::move(peer);
    return request;
}

}  // namespace causeway::admin
