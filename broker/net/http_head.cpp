#include "broker/net/http_head.hpp"

#include <algorithm>
#include <array>

#include "broker/net/query.hpp"

namespace causeway::net {

namespace {

constexpr std::string_view kHeadEnd = "\r\n\r\n";
using MaybeRefusal = std::optional<HttpRefusal>;

HttpRefusal bad(std::string text) { return {400, std::move(text)}; }

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

bool is_token_char(char c) {
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) return true;
    return std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

// RFC 9110, 5.5: visible characters, blank, tab and what is above ASCII.
bool is_value_char(char c) {
    const auto octet = static_cast<unsigned char>(c);
    return c == '\t' || (octet >= 0x20 && octet != 0x7f);
}

// Headers whose repetition two readers would understand differently.
bool is_single(std::string_view name) {
    static constexpr std::array<std::string_view, 9> kSingle = {
        "Host",          "Content-Length", "Transfer-Encoding", "Content-Type",         "Origin",
        "Authorization", "Upgrade",        "Sec-WebSocket-Key", "Sec-WebSocket-Version"};
    return std::any_of(kSingle.begin(), kSingle.end(),
                       [&](std::string_view single) { return same_ignoring_case(name, single); });
}

// Takes a line off the front; the caller knows that every line ends with CR LF.
std::string_view take_line(std::string_view& text) {
    const std::size_t end = text.find("\r\n");
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 2);
    return line;
}

MaybeRefusal read_path(HttpHead& head) {
    const std::string_view target = head.target;
    if (target == "*" && head.method == "OPTIONS") {
        head.path = "*";
        return std::nullopt;
    }
    if (target.empty() || target.front() != '/') return bad("the target is not a path");
    const std::size_t mark = target.find('?');
    if (mark != std::string_view::npos) head.query = target.substr(mark + 1);
    std::optional<std::string> path = percent_decoded(target.substr(0, mark));
    if (!path || path->find('\0') != std::string::npos) return bad("the path is badly encoded");
    for (std::string_view rest = *path; !rest.empty();) {
        rest.remove_prefix(1);
        const std::string_view segment = rest.substr(0, rest.find('/'));
        if (segment == "..") return bad("the path climbs");
        rest.remove_prefix(segment.size());
    }
    head.path = std::move(*path);
    return std::nullopt;
}

MaybeRefusal read_version(std::string_view version, HttpHead& head) {
    const bool formed = version.size() == 8 && version.substr(0, 5) == "HTTP/" && version[5] >= '0' &&
                        version[5] <= '9' && version[6] == '.' && version[7] >= '0' && version[7] <= '9';
    if (!formed) return bad("the request line is malformed");
    if (version != "HTTP/1.1" && version != "HTTP/1.0")
        return HttpRefusal{505, "only HTTP/1.1 is spoken here"};
    head.minor_version = version[7] - '0';
    head.keep_alive = head.minor_version == 1;
    return std::nullopt;
}

MaybeRefusal read_request_line(std::string_view line, HttpHead& head) {
    const std::size_t first = line.find(' ');
    const std::size_t last = line.rfind(' ');
    if (first == std::string_view::npos || first == last) return bad("the request line is malformed");
    const std::string_view method = line.substr(0, first);
    const std::string_view target = line.substr(first + 1, last - first - 1);
    if (!is_http_token(method) || method.size() > 16) return bad("the method is malformed");
    const auto graphic = [](char c) { return c > 0x20 && c < 0x7f; };
    if (!std::all_of(target.begin(), target.end(), graphic)) return bad("the target is malformed");
    head.method = method;
    head.target = target;
    if (const MaybeRefusal refusal = read_version(line.substr(last + 1), head)) return refusal;
    return read_path(head);
}

MaybeRefusal read_header(std::string_view line, HttpHead& head) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return bad("a header has no colon");
    const std::string_view name = line.substr(0, colon);
    // Refuses folded lines too: they begin with a blank.
    if (!is_http_token(name)) return bad("a header name is malformed");
    const std::string_view value = trimmed(line.substr(colon + 1));
    if (!std::all_of(value.begin(), value.end(), is_value_char))
        return bad("a header value holds a control octet");
    if (is_single(name) && head.has(name)) return bad("a header that stands for one value is repeated");
    if (head.headers.size() == HttpHeadParser::kMaxHeaders) return HttpRefusal{431, "too many headers"};
    head.headers.emplace_back(name, value);
    return std::nullopt;
}

// RFC 9112, 6: exactly one way to know the length of the body.
MaybeRefusal read_body_length(HttpHead& head) {
    const bool sized = head.has("Content-Length");
    if (head.has("Transfer-Encoding")) {
        if (sized || head.minor_version == 0) return bad("Transfer-Encoding is not allowed here");
        if (!same_ignoring_case(head.get("Transfer-Encoding"), "chunked"))
            return HttpRefusal{501, "the only transfer coding known here is chunked"};
        head.chunked = true;
        return std::nullopt;
    }
    if (!sized) return std::nullopt;
    const std::string_view digits = head.get("Content-Length");
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    if (digits.empty() || digits.size() > 18 || !std::all_of(digits.begin(), digits.end(), digit))
        return bad("Content-Length is not a number");
    std::uint64_t length = 0;
    for (const char c : digits) length = length * 10 + static_cast<std::uint64_t>(c - '0');
    head.content_length = length;
    return std::nullopt;
}

MaybeRefusal check_whole(HttpHead& head) {
    if (head.minor_version == 1 && !head.has("Host")) return bad("there is no Host");
    if (head.lists("Connection", "close"))
        head.keep_alive = false;
    else if (head.minor_version == 0 && head.lists("Connection", "keep-alive"))
        head.keep_alive = true;
    return read_body_length(head);
}

HttpParsed read_head(std::string_view text) {
    HttpHead head;
    head.size = text.size();
    MaybeRefusal refusal = read_request_line(take_line(text), head);
    while (!refusal && text.size() > 2) refusal = read_header(take_line(text), head);
    if (!refusal) refusal = check_whole(head);
    if (refusal) return std::move(*refusal);
    return head;
}

// A CR or LF that is not part of CR LF, or a NUL: refused before the end of the head is even seen.
bool has_stray_octet(std::string_view bytes, std::size_t from) {
    for (std::size_t i = from; i < bytes.size(); ++i) {
        const char c = bytes[i];
        if (c == '\0') return true;
        if (c == '\n' && (i == 0 || bytes[i - 1] != '\r')) return true;
        if (c == '\r' && i + 1 < bytes.size() && bytes[i + 1] != '\n') return true;
    }
    return false;
}

}  // namespace

HttpParsed HttpHeadParser::parse(std::string_view bytes) {
    const std::string_view within = bytes.substr(0, kMaxHead);
    // The last three octets may be the beginning of the end.
    const std::size_t from = searched_ < kHeadEnd.size() ? 0 : searched_ - (kHeadEnd.size() - 1);
    const std::size_t end = within.find(kHeadEnd, from);
    const bool complete = end != std::string_view::npos;
    const std::string_view seen = complete ? within.substr(0, end + kHeadEnd.size()) : within;
    searched_ = complete ? 0 : seen.size();
    if (has_stray_octet(seen, from)) {
        searched_ = 0;
        return bad("a stray CR, LF or NUL");
    }
    if (complete) return read_head(seen);
    if (bytes.size() < kMaxHead) return NeedMore{};
    searched_ = 0;
    return HttpRefusal{431, "the head is longer than 16 KiB"};
}

std::string_view HttpHead::get(std::string_view name) const {
    for (const auto& [key, value] : headers)
        if (same_ignoring_case(key, name)) return value;
    return {};
}

bool HttpHead::has(std::string_view name) const { return count(name) > 0; }

std::size_t HttpHead::count(std::string_view name) const {
    const auto named = [&](const Header& header) { return same_ignoring_case(header.first, name); };
    return static_cast<std::size_t>(std::count_if(headers.begin(), headers.end(), named));
}

bool HttpHead::lists(std::string_view name, std::string_view token) const {
    for (const auto& [key, value] : headers) {
        if (!same_ignoring_case(key, name)) continue;
        for (const std::string_view word : comma_separated(value))
            if (same_ignoring_case(word, token)) return true;
    }
    return false;
}

bool same_ignoring_case(std::string_view a, std::string_view b) {
    return a.size() == b.size() &&
           std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

bool is_http_token(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

std::string_view trimmed(std::string_view text) {
    const auto blank = [](char c) { return c == ' ' || c == '\t'; };
    while (!text.empty() && blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && blank(text.back())) text.remove_suffix(1);
    return text;
}

std::vector<std::string_view> comma_separated(std::string_view text) {
    std::vector<std::string_view> words;
    while (!text.empty()) {
        const std::size_t comma = text.find(',');
        const std::string_view word = trimmed(text.substr(0, comma));
        if (!word.empty()) words.push_back(word);
        if (comma == std::string_view::npos) break;
        text.remove_prefix(comma + 1);
    }
    return words;
}

}  // namespace causeway::net
