// Patterns and destinations: what is accepted keeps its promises, and the walk agrees with the definition.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "broker/identity/rule_pattern.hpp"
#include "broker/routing/destination.hpp"
#include "broker/routing/path_syntax.hpp"
#include "broker/routing/pattern.hpp"

using namespace causeway;
using namespace causeway::routing;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

bool naive_match(std::string_view pattern, std::string_view path) {
    if (pattern.empty()) return path.empty();
    const auto segment = first_segment(pattern);
    if (segment == pattern && is_rest_wildcard(segment.substr(1)))
        return path.empty() || path[0] == segment[0];
    if (path.empty()) return false;
    const auto concrete = first_segment(path);
    const bool same = segment.substr(1) == "*" ? segment[0] == concrete[0] : segment == concrete;
    return same && naive_match(pattern.substr(segment.size()), path.substr(concrete.size()));
}

void check_name(std::string_view name) {
    const std::string segment = encode_segment(name);
    require(segment.find_first_of("/.*>#{}: \\\r\n") == std::string::npos);
    require(decode_segment(segment) == name);
    require(is_segment_of(segment, name));
}

// What a rule allows somebody must be within the pattern that is left when his placeholders are wildcards.
void check_rule(std::string_view text, std::string_view destination, std::string_view user) {
    const auto rule = identity::RulePattern::parse(text);
    if (!std::holds_alternative<identity::RulePattern>(rule)) return;
    identity::Identity who;
    who.user = user;
    who.roles = {who.user};
    who.permissions = {"ticket:" + who.user};
    std::vector<std::string_view> segments;
    for (const auto segment : Segments(destination)) segments.push_back(segment);
    const auto match = std::get<identity::RulePattern>(rule).matches(segments, who, nullptr);
    std::string wide;
    for (const auto segment : Segments(text)) {
        wide += segment[0];
        wide += segment.size() > 1 && segment[1] == '{' ? std::string_view("*") : segment.substr(1);
    }
    const auto pattern = Pattern::parse(wide);
    require(std::holds_alternative<Pattern>(pattern));
    if (match != identity::Match::kNo) require(std::get<Pattern>(pattern).matches(destination));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const std::size_t line = input.find('\n');
    const std::string_view left = input.substr(0, line);
    const std::string_view rest = line == std::string_view::npos ? "" : input.substr(line + 1);
    const std::string_view right = rest.substr(0, rest.find('\n'));
    check_name(input.substr(0, 128));

    const auto destination = parse_destination(right);
    if (const auto* parsed = std::get_if<Destination>(&destination)) {
        const std::string routed = routed_form(*parsed, left);
        if (parsed->kind == DestinationKind::kUserQueue || parsed->kind == DestinationKind::kNamedUserQueue)
            require(kind_of(routed) == DestinationKind::kNamedUserQueue);
        else
            require(routed == right);
        check_rule(left, right, rest.substr(0, 16));
    }
    const auto a = Pattern::parse(left);
    const auto b = Pattern::parse(right);
    if (!std::holds_alternative<Pattern>(a) || !std::holds_alternative<Pattern>(b)) return 0;
    const auto& one = std::get<Pattern>(a);
    const auto& other = std::get<Pattern>(b);
    require(one.overlaps(other) == other.overlaps(one));
    if (!other.is_literal()) return 0;
    require(one.matches(right) == naive_match(left, right));
    require(one.overlaps(other) == one.matches(right));
    return 0;
}
