#include "bridge/headers.hpp"

#include <algorithm>

#include "broker/base/utf8.hpp"

namespace causeway::bridge {

namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool starts_with_any_case(std::string_view text, std::string_view prefix) {
    return text.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), text.begin(),
                                                      [](char a, char b) { return lower(a) == lower(b); });
}

bool is_token_character(char c) {
    const char l = lower(c);
    return (l >= 'a' && l <= 'z') || (c >= '0' && c <= '9') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool is_control(char c) {
    const auto octet = static_cast<unsigned char>(c);
    return octet < 0x20 || octet == 0x7f;
}

bool is_ours(std::string_view name) {
    return starts_with_any_case(name, "nats-") ||
           (name.size() == kOriginHeader.size() && starts_with_any_case(name, kOriginHeader));
}

}  // namespace

std::optional<std::string> fault_of_header(std::string_view name, std::string_view value) {
    if (name.empty()) return "a header has no name";
    if (name.size() > kMaxHeaderNameBytes || value.size() > kMaxHeaderValueBytes)
        return "a header is too long";
    if (!std::all_of(name.begin(), name.end(), is_token_character))
        return "a header name has a character other than letters, digits and !#$%&'*+-.^_`|~";
    if (std::any_of(value.begin(), value.end(), is_control) || !is_valid_utf8(value))
        return "header " + std::string(name) + " is not one line of UTF-8";
    if (value.starts_with(' ') || value.ends_with(' '))
        return "header " + std::string(name) + " begins or ends with a blank";
    return std::nullopt;
}

std::optional<std::string> fault_of_outgoing(const Headers& headers) {
    if (headers.size() > kMaxHeaders) return "has more than " + std::to_string(kMaxHeaders) + " headers";
    std::size_t bytes = 0;
    for (const auto& [name, value] : headers) {
        if (auto fault = fault_of_header(name, value)) return fault;
        if (is_ours(name)) return "header " + name + " is for the bridge to write";
        bytes += name.size() + value.size();
    }
    if (bytes > kMaxHeadersBytes)
        return "has more than " + std::to_string(kMaxHeadersBytes) + " bytes of headers";
    return std::nullopt;
}

std::optional<std::string_view> find_header(const Headers& headers, std::string_view name) {
    const auto found = std::find_if(headers.begin(), headers.end(),
                                    [&](const auto& header) { return header.first == name; });
    if (found == headers.end()) return std::nullopt;
    return found->second;
}

}  // namespace causeway::bridge
