#include "bridge/subject.hpp"

#include <algorithm>

#include "broker/base/utf8.hpp"

namespace causeway::bridge {

namespace {

enum class Wildcards { kRefused, kAllowed };

constexpr std::string_view kTopic = "/topic/";

// The first token of `rest`, which it and its dot are removed from. Nothing once `rest` is used up.
std::optional<std::string_view> next_token(std::optional<std::string_view>& rest) {
    if (!rest) return std::nullopt;
    const auto dot = rest->find('.');
    const std::string_view token = rest->substr(0, dot);
    if (dot == std::string_view::npos)
        rest.reset();
    else
        rest->remove_prefix(dot + 1);
    return token;
}

std::string more_than(std::string_view what, std::size_t limit) {
    return "has more than " + std::to_string(limit) + " " + std::string(what);
}

// Octets that neither a token nor a pattern may hold.
std::optional<std::string> fault_of_octet(char c) {
    const auto octet = static_cast<unsigned char>(c);
    if (octet < 0x20 || octet == 0x7f) return "contains a control character";
    if (c == ' ') return "contains a blank";
    if (c == '/' || c == '#')
        return std::string("contains '") + c + "', which means something in destinations";
    return std::nullopt;
}

std::optional<std::string> fault_of_token(std::string_view token, bool first, bool last,
                                          Wildcards wildcards) {
    if (token.empty()) return "has an empty token";
    if (token.size() > kMaxTokenBytes) return more_than("bytes in a token", kMaxTokenBytes);
    if (first && (token[0] == '$' || token[0] == '_')) return "is reserved for NATS itself";
    if (token.find_first_of("*>") == std::string_view::npos) return std::nullopt;
    if (wildcards == Wildcards::kRefused) return "contains a wildcard";
    if (token.size() > 1) return "has a wildcard that is not a whole token";
    if (first) return "begins with a wildcard";
    if (token == ">" && !last) return "has '>' before its end";
    return std::nullopt;
}

std::optional<std::string> fault_of_subject(std::string_view text, Wildcards wildcards) {
    if (text.empty()) return "is empty";
    if (text.size() > kMaxSubjectBytes) return more_than("bytes", kMaxSubjectBytes);
    for (const char c : text)
        if (auto fault = fault_of_octet(c)) return fault;
    if (!is_valid_utf8(text)) return "is not valid UTF-8";
    std::size_t tokens = 0;
    std::optional<std::string_view> rest = text;
    while (const auto token = next_token(rest)) {
        if (auto fault = fault_of_token(*token, tokens == 0, !rest, wildcards)) return fault;
        if (++tokens > kMaxTokens) return more_than("tokens", kMaxTokens);
    }
    return std::nullopt;
}

// What octets of a destination, lawful there and not in a subject, are written as; nothing for the others.
std::string_view escape_of(char c) {
    switch (c) {
        case ' ':
            return "%20";
        case '%':
            return "%25";
        case '/':
            return "%2F";
        default:
            return {};
    }
}

}  // namespace

std::variant<Subject, std::string> Subject::parse(std::string_view text) {
    if (auto fault = fault_of_subject(text, Wildcards::kRefused)) return *fault;
    return Subject(text);
}

std::variant<SubjectPattern, std::string> SubjectPattern::parse(std::string_view text) {
    if (auto fault = fault_of_subject(text, Wildcards::kAllowed)) return *fault;
    return SubjectPattern(text);
}

bool SubjectPattern::matches(const Subject& subject) const {
    return overlaps(SubjectPattern(subject.text()));
}

bool SubjectPattern::overlaps(const SubjectPattern& other) const {
    std::optional<std::string_view> mine = text_;
    std::optional<std::string_view> theirs = other.text_;
    while (true) {
        const auto a = next_token(mine);
        const auto b = next_token(theirs);
        if (!a || !b) return !a && !b;
        if (*a == ">" || *b == ">") return true;
        if (*a != *b && *a != "*" && *b != "*") return false;
    }
}

std::variant<Subject, std::string> subject_from_destination(std::string_view destination) {
    if (!destination.starts_with(kTopic)) return "is not a /topic destination";
    std::string text;
    for (const char c : destination.substr(kTopic.size())) {
        const std::string_view escape = escape_of(c);
        if (escape.empty())
            text += c;
        else
            text += escape;
    }
    return Subject::parse(text);
}

std::optional<std::string> destination_from_subject(const Subject& subject) {
    std::string destination(kTopic);
    std::string_view rest = subject.text();
    while (!rest.empty()) {
        if (rest[0] != '%') {
            destination += rest[0];
            rest.remove_prefix(1);
            continue;
        }
        // Any other escape, %2f included, is what no destination becomes: two subjects for one destination.
        constexpr std::string_view kEscaped = " %/";
        const auto* const c = std::find_if(kEscaped.begin(), kEscaped.end(),
                                           [&](char each) { return rest.starts_with(escape_of(each)); });
        if (c == kEscaped.end()) return std::nullopt;
        destination += *c;
        rest.remove_prefix(3);
    }
    return destination;
}

}  // namespace causeway::bridge
