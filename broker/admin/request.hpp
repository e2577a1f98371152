// An HTTP request and its response as plain values: what the admin API takes and returns.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "broker/net/http_head.hpp"

namespace causeway::admin {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

struct Request {
    std::string method;  // as sent: methods are case-sensitive
    std::string path;    // percent-decoded, without the query
    std::map<std::string, std::string, std::less<>> query;
    HttpHeaders headers;
    std::string body;
    std::string peer;  // the client's address, for audit lines

    // The first header of that name in any case, or null.
    [[nodiscard]] const std::string* header(std::string_view name) const;
};

struct Response {
    int status = 200;
    std::string content_type = "application/json";
    std::string body;
    HttpHeaders headers;  // besides Content-Type and Content-Length
};

// Nothing when the query is badly encoded or names a parameter twice: answer 400.
[[nodiscard]] std::optional<Request> make_request(const net::HttpHead& head, std::string body, std::string peer);

}  // namespace causeway::admin
