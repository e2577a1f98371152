#include "broker/identity/rule_pattern.hpp"

#include <algorithm>

#include "broker/routing/path_syntax.hpp"

namespace causeway::identity {

namespace {

bool any_is_segment(const std::vector<std::string>& names, std::string_view segment) {
    return std::any_of(names.begin(), names.end(),
                       [&](const std::string& name) { return routing::is_segment_of(segment, name); });
}

// "ticket:42" of the permissions claim: what it grants under `kind`, "42"; empty if it is of another kind.
std::string_view granted(std::string_view permission, std::string_view kind) {
    if (permission.size() <= kind.size() || !permission.starts_with(kind) || permission[kind.size()] != ':')
        return {};
    return permission.substr(kind.size() + 1);
}

Match yes_if(bool matched) { return matched ? Match::kYes : Match::kNo; }

bool is_contact(std::string_view segment, const Memberships& memberships) {
    const auto user = routing::decode_segment(segment);
    return user && routing::is_segment_of(segment, *user) && memberships.is_contact(*user);
}

bool is_rest(std::string_view path, std::string_view segment) {
    return segment.size() == path.size() && routing::is_rest_wildcard(segment.substr(1));
}

}  // namespace

RulePattern::Kind RulePattern::kind_of_segment(std::string_view text) {
    if (text == "*") return Kind::kAny;
    if (routing::is_rest_wildcard(text)) return Kind::kRest;
    if (text == "{user}") return Kind::kUser;
    if (text == "{role}") return Kind::kRole;
    if (text == "{department}") return Kind::kDepartment;
    if (text == "{conversation}" || text == "{room}") return Kind::kConversation;
    if (text == "{id}") return Kind::kId;
    if (text == "{contact}") return Kind::kContact;
    return Kind::kText;
}

std::variant<RulePattern, std::string> RulePattern::parse(std::string_view text) {
    auto checked = routing::Pattern::parse(text);
    if (auto* reason = std::get_if<std::string>(&checked)) return std::move(*reason);
    if (text != "/**" && text != "/>" && text != "/#") {
        const auto first = routing::first_segment(text).substr(1);
        if (first != "topic" && first != "queue" && first != "user" && first != "app" &&
            first != "temp-queue")
            return "pattern begins with none of /topic, /queue, /user, /app, /temp-queue, so no destination "
                   "matches it";
    }
    RulePattern pattern;
    std::string previous;
    for (const std::string_view segment : routing::Segments(text)) {
        const std::string_view name = segment.substr(1);
        const Kind kind = kind_of_segment(name);
        if (kind == Kind::kText && name.find_first_of("{}") != std::string_view::npos)
            return "pattern has the segment \"" + std::string(name) +
                   "\"; placeholders are whole segments: {user}, {role}, {department}, {conversation}, "
                   "{room}, {id}, "
                   "{contact}";
        pattern.parts_.push_back(
            {segment[0], kind, std::string(kind == Kind::kText ? segment : ""), previous});
        previous = name;
    }
    return pattern;
}

Match RulePattern::match_part(const Part& part, std::string_view text, const Identity& identity,
                              const Memberships* memberships) {
    switch (part.kind) {
        case Kind::kText:
            return yes_if(std::string_view(part.text).substr(1) == text);
        case Kind::kAny:
            return Match::kYes;
        case Kind::kUser:
            return yes_if(routing::is_segment_of(text, identity.user));
        case Kind::kRole:
            return yes_if(any_is_segment(identity.roles, text));
        case Kind::kDepartment:
            return yes_if(any_is_segment(identity.departments, text));
        case Kind::kConversation:
            return memberships == nullptr ? Match::kIfMember : yes_if(memberships->is_member(text));
        case Kind::kContact:
            return memberships == nullptr ? Match::kIfMember : yes_if(is_contact(text, *memberships));
        case Kind::kId:
            return yes_if(
                std::any_of(identity.permissions.begin(), identity.permissions.end(), [&](const auto& one) {
                    const std::string_view id = granted(one, part.previous);
                    return id == "*" || (!id.empty() && routing::is_segment_of(text, id));
                }));
        case Kind::kRest:
            break;
    }
    return Match::kNo;
}

Match RulePattern::matches(std::span<const std::string_view> destination, const Identity& identity,
                           const Memberships* memberships) const {
    Match result = Match::kYes;
    auto segment = destination.begin();
    for (const Part& part : parts_) {
        const bool ended = segment == destination.end();
        if (part.kind == Kind::kRest)
            return ended || segment->front() == part.separator ? result : Match::kNo;
        if (ended) return Match::kNo;
        if (part.kind == Kind::kText) {
            if (part.text != *segment++) return Match::kNo;
            continue;
        }
        if (segment->front() != part.separator) return Match::kNo;
        const Match matched = match_part(part, segment->substr(1), identity, memberships);
        if (matched == Match::kNo) return Match::kNo;
        if (matched == Match::kIfMember) result = Match::kIfMember;
        ++segment;
    }
    return segment == destination.end() ? result : Match::kNo;
}

bool RulePattern::may_begin_with(std::string_view segment) const {
    return parts_.empty() || parts_.front().kind != Kind::kText || parts_.front().text == segment;
}

bool RulePattern::is_satisfiable(const Part& part, const Identity& identity) {
    if (part.kind == Kind::kRole) return !identity.roles.empty();
    if (part.kind == Kind::kDepartment) return !identity.departments.empty();
    if (part.kind == Kind::kId)
        return std::any_of(identity.permissions.begin(), identity.permissions.end(),
                           [&](const auto& one) { return !granted(one, part.previous).empty(); });
    return true;
}

bool RulePattern::overlaps(const routing::Pattern& pattern, const Identity& identity) const {
    std::string_view path = pattern.text();
    for (auto part = parts_.begin(); part != parts_.end(); ++part) {
        const std::string_view segment = path.empty() ? path : routing::first_segment(path);
        if (part->kind == Kind::kRest)
            return path.empty() || path[0] == part->separator || is_rest(path, segment);
        if (path.empty() || segment[0] != part->separator) return false;
        if (is_rest(path, segment))
            return std::all_of(part, parts_.end(),
                               [&](const Part& one) { return is_satisfiable(one, identity); });
        const bool possible = segment.substr(1) == "*"
                                  ? is_satisfiable(*part, identity)
                                  : match_part(*part, segment.substr(1), identity, nullptr) != Match::kNo;
        if (!possible) return false;
        path.remove_prefix(segment.size());
    }
    return path.empty() || is_rest(path, routing::first_segment(path));
}

}  // namespace causeway::identity
