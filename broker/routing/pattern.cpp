#include "broker/routing/pattern.hpp"

#include "broker/routing/path_syntax.hpp"

namespace causeway::routing {

namespace {

bool is_wildcard(std::string_view segment) {
    const std::string_view text = segment.substr(1);
    return text == "*" || is_rest_wildcard(text);
}

// The one segment left of a pattern stands for any number, none included.
bool is_rest(std::string_view path, std::string_view segment) {
    return segment.size() == path.size() && is_rest_wildcard(segment.substr(1));
}

bool may_be_same(std::string_view a, std::string_view b) {
    return a[0] == b[0] && (a == b || a.substr(1) == "*" || b.substr(1) == "*");
}

std::size_t length_before_wildcards(std::string_view text) {
    std::size_t length = 0;
    for (const std::string_view segment : Segments(text)) {
        if (is_wildcard(segment)) break;
        length += segment.size();
    }
    return length;
}

}  // namespace

Pattern::Pattern(std::string_view text) : text_(text), fixed_(length_before_wildcards(text)) {}

std::variant<Pattern, std::string> Pattern::parse(std::string_view text, const DestinationLimits& limits) {
    if (auto fault = fault_of_path(text, limits, Wildcards::kAllowed)) return "pattern " + *fault;
    return Pattern(text);
}

bool Pattern::matches(std::string_view destination) const {
    if (is_literal()) return destination == text_;
    if (destination.compare(0, fixed_, text_, 0, fixed_) != 0) return false;
    std::string_view mine = std::string_view(text_).substr(fixed_);
    std::string_view path = destination.substr(fixed_);
    while (!mine.empty()) {
        const std::string_view segment = first_segment(mine);
        if (is_rest(mine, segment)) return path.empty() || path[0] == segment[0];
        if (path.empty()) return false;
        const std::string_view concrete = first_segment(path);
        if (concrete[0] != segment[0] || (segment.substr(1) != "*" && segment != concrete)) return false;
        mine.remove_prefix(segment.size());
        path.remove_prefix(concrete.size());
    }
    return path.empty();
}

bool Pattern::overlaps(const Pattern& other) const {
    std::string_view left = text_;
    std::string_view right = other.text_;
    while (!left.empty() && !right.empty()) {
        const std::string_view a = first_segment(left);
        const std::string_view b = first_segment(right);
        const bool a_rest = is_rest(left, a);
        const bool b_rest = is_rest(right, b);
        if (a_rest && b_rest) return true;  // both may end here
        if (a_rest || b_rest) return a[0] == b[0];
        if (!may_be_same(a, b)) return false;
        left.remove_prefix(a.size());
        right.remove_prefix(b.size());
    }
    const std::string_view rest = left.empty() ? right : left;
    return rest.empty() || is_rest(rest, first_segment(rest));
}

}  // namespace causeway::routing
