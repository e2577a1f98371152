#include "broker/net/query.hpp"

#include <algorithm>
#include <array>

namespace causeway::net {

namespace {

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

std::optional<std::string> decoded_form(std::string_view text) {
    std::string blanks(text);
    std::replace(blanks.begin(), blanks.end(), '+', ' ');
    return percent_decoded(blanks);
}

// Calls `each(name, value, has_value)` for each part between `&`.
template <typename Each>
void for_each_part(std::string_view raw, Each each) {
    while (true) {
        const std::size_t end = raw.find('&');
        const std::string_view part = raw.substr(0, end);
        const std::size_t equals = part.find('=');
        const bool has_value = equals != std::string_view::npos;
        each(part.substr(0, equals), has_value ? part.substr(equals + 1) : std::string_view(), has_value);
        if (end == std::string_view::npos) return;
        raw.remove_prefix(end + 1);
    }
}

// A name that cannot be decoded is taken for a secret's.
bool is_secret(std::string_view raw_name) {
    static constexpr std::array<std::string_view, 8> kMarks = {"token", "secret", "passw",     "passcode",
                                                               "auth",  "jwt",    "signature", "key"};
    std::optional<std::string> name = decoded_form(raw_name);
    if (!name) return true;
    for (char& c : *name)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
    return std::any_of(kMarks.begin(), kMarks.end(),
                       [&](std::string_view mark) { return name->find(mark) != std::string::npos; });
}

}  // namespace

std::optional<std::string> percent_decoded(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out.push_back(text[i]);
            continue;
        }
        if (text.size() - i < 3) return std::nullopt;
        const int high = hex_digit(text[i + 1]);
        const int low = hex_digit(text[i + 2]);
        if (high < 0 || low < 0) return std::nullopt;
        out.push_back(static_cast<char>(high * 16 + low));
        i += 2;
    }
    return out;
}

std::optional<Query> Query::parse(std::string_view raw) {
    Query query;
    bool good = true;
    for_each_part(raw, [&](std::string_view name, std::string_view value, bool has_value) {
        if (name.empty() && !has_value) return;
        std::optional<std::string> key = decoded_form(name);
        std::optional<std::string> text = decoded_form(value);
        good = good && key && text && query.parameters_.size() < kMaxParameters &&
               key->find('\0') == std::string::npos && text->find('\0') == std::string::npos;
        if (good) query.parameters_.emplace_back(std::move(*key), std::move(*text));
    });
    if (!good) return std::nullopt;
    return query;
}

std::optional<std::string_view> Query::get(std::string_view name) const {
    for (const auto& [key, value] : parameters_)
        if (key == name) return value;
    return std::nullopt;
}

std::string_view Query::token() const {
    if (const auto token = get("token")) return *token;
    return get("access_token").value_or(std::string_view());
}

std::string redacted(std::string_view target) {
    const std::size_t mark = target.find('?');
    std::string out(target.substr(0, mark));
    if (mark != std::string_view::npos) {
        char separator = '?';
        for_each_part(target.substr(mark + 1),
                      [&](std::string_view name, std::string_view value, bool has_value) {
                          out.push_back(separator);
                          separator = '&';
                          out.append(name);
                          if (!has_value) return;
                          out.push_back('=');
                          out.append(is_secret(name) ? std::string_view("***") : value);
                      });
    }
    std::replace_if(
        out.begin(), out.end(), [](char c) { return c <= 0x20 || c == 0x7f; }, '?');
    return out;
}

}  // namespace causeway::net
