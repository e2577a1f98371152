// The head of an HTTP/1.1 request, read strictly (RFC 9112): what two programs could read differently is
// refused, not repaired. Bytes in, values out; no I/O. Any thread. Valid C++17.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace causeway::net {

struct NeedMore {};

// To be answered with this status and `Connection: close`: where the next request begins is not known.
struct HttpRefusal {
    int status = 400;
    std::string text;  // for people; holds nothing of what the peer sent
};

struct HttpHead {
    using Header = std::pair<std::string, std::string>;

    std::string method;  // upper-case letters and `-`
    std::string target;  // as sent; holds tokens: log redacted(target) only
    std::string path;    // decoded; begins with `/`; no `..` segment, no NUL
    std::string query;   // raw, without `?`
    int minor_version = 1;
    std::vector<Header> headers;  // in order, names as sent, values trimmed
    bool keep_alive = true;
    bool chunked = false;
    std::optional<std::uint64_t> content_length;
    std::size_t size = 0;  // octets of the head, the empty line included

    // The first value, or "" when absent. `name` in any case.
    [[nodiscard]] std::string_view get(std::string_view name) const;
    [[nodiscard]] bool has(std::string_view name) const;
    [[nodiscard]] std::size_t count(std::string_view name) const;
    // One of the comma-separated words of the header, in any case, is `token`.
    [[nodiscard]] bool lists(std::string_view name, std::string_view token) const;
};

using HttpParsed = std::variant<NeedMore, HttpHead, HttpRefusal>;

// One per connection. Remembers how far the end was looked for, so octets that drip cost one look each.
class HttpHeadParser {
public:
    static constexpr std::size_t kMaxHead = 16 * 1024;
    static constexpr std::size_t kMaxHeaders = 64;

    // All octets received since the last head was taken, the earlier ones included. After a head or a refusal
    // the next call begins anew.
    [[nodiscard]] HttpParsed parse(std::string_view bytes);

private:
    std::size_t searched_ = 0;
};

[[nodiscard]] bool same_ignoring_case(std::string_view a, std::string_view b);
[[nodiscard]] bool is_http_token(std::string_view text);
// Without the blanks and tabs around it.
[[nodiscard]] std::string_view trimmed(std::string_view text);
// The words between commas, trimmed, empty ones left out.
[[nodiscard]] std::vector<std::string_view> comma_separated(std::string_view text);

}  // namespace causeway::net
