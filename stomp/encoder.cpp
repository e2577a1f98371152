#include "stomp/encoder.hpp"

#include <array>
#include <cassert>
#include <charconv>

#include "stomp/escaping.hpp"

namespace causeway::stomp {

namespace {

constexpr std::size_t kUsualHead = 256;
constexpr std::string_view kContentLength = "content-length";

// CONNECT and CONNECTED are written as 1.0 is.
Version version_of_headers(Version version, Command command) {
    return escapes_headers(command) ? version : Version::k10;
}

}  // namespace

Encoder::Encoder(std::string& out, Version version, Command command)
    : out_(out), begin_(out.size()), version_(version_of_headers(version, command)), command_(command) {
    out_.reserve(begin_ + kUsualHead);
    out_.append(name_of(command)).push_back('\n');
}

Encoder& Encoder::header(std::string_view name, std::string_view value) {
    assert(name != kContentLength);
    if (!is_plain_name(name)) return *this;
    const std::size_t before = out_.size();
    out_.append(name).push_back(':');
    if (escape(value, version_, out_)) {
        out_.push_back('\n');
    } else {
        out_.resize(before);
    }
    return *this;
}

Encoder& Encoder::header(std::string_view name, std::uint64_t number) {
    std::array<char, 20> digits;
    const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
    return header(name, std::string_view(digits.data(), static_cast<std::size_t>(end - digits.data())));
}

Encoder& Encoder::pass_on(std::string_view name, std::string_view value) {
    if (name == kContentLength || has(name)) return *this;
    return header(name, value);
}

bool Encoder::has(std::string_view name) const {
    const std::string_view head = std::string_view(out_).substr(begin_);
    for (auto line = head.find('\n'); line + 1 < head.size(); line = head.find('\n', line + 1)) {
        const std::string_view rest = head.substr(line + 1);
        if (rest.size() > name.size() && rest[name.size()] == ':' && rest.starts_with(name)) return true;
    }
    return false;
}

void Encoder::finish(std::string_view body) {
    assert(body.empty() || may_have_body(command_));
    out_.reserve(out_.size() + body.size() + 2 * kContentLength.size() + 10);
    if (may_have_body(command_)) {
        out_.append(kContentLength).push_back(':');
        std::array<char, 20> digits;
        const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), body.size());
        out_.append(digits.data(), end).push_back('\n');
    }
    out_.push_back('\n');
    out_.append(body).push_back('\0');
}

}  // namespace causeway::stomp
