#include "broker/identity/permissions.hpp"

#include <algorithm>
#include <memory_resource>

#include "broker/routing/destination.hpp"

namespace causeway::identity {

namespace {

using routing::DestinationKind;

[[noreturn]] void refuse(const std::string& rule, const std::string& what) {
    throw PermissionError(rule + ": " + what);
}

std::string name_of(const RuleSpec& spec, std::size_t number) {
    std::string name = "permissions rule " + std::to_string(number);
    if (!spec.where.empty()) name += " (" + spec.where + ")";
    return name;
}

Action parse_action(const std::string& word, const std::string& rule) {
    if (word == "subscribe") return Action::kSubscribe;
    if (word == "send") return Action::kSend;
    refuse(rule, "action \"" + word + "\" is neither \"subscribe\" nor \"send\"");
}

// Letters that mean themselves in a destination, so that nearly all names need no second look.
bool is_surely_canonical(std::string_view user) {
    return user != "queue" && std::all_of(user.begin(), user.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '-' || c == '_';
           });
}

}  // namespace

Permissions::Permissions(const std::vector<RuleSpec>& configured) {
    for (const auto& spec : owned_rules()) add(spec, "owned rule");
    for (std::size_t i = 0; i < configured.size(); ++i) add(configured[i], name_of(configured[i], i + 1));
    for (const auto& spec : default_rules()) add(spec, "default rule");
    sort_by_kind();
}

void Permissions::sort_by_kind() {
    static constexpr std::array<std::string_view, kKinds> kFirstSegments = {"/topic", "/user", "/user",
                                                                            "/queue", "/app",  "/temp-queue"};
    static_assert(static_cast<std::size_t>(DestinationKind::kTempQueue) == kKinds - 1);
    for (std::size_t action = 0; action < rules_.size(); ++action)
        for (std::size_t kind = 0; kind < kKinds; ++kind)
            for (std::size_t i = 0; i < rules_[action].size(); ++i)
                if (rules_[action][i].pattern.may_begin_with(kFirstSegments[kind]))
                    of_kind_[action][kind].push_back(i);
}

void Permissions::add(const RuleSpec& spec, const std::string& name) {
    if (spec.effect != "allow" && spec.effect != "deny")
        refuse(name, "effect \"" + spec.effect + "\" is neither \"allow\" nor \"deny\"");
    if (spec.actions.empty())
        refuse(name, "action is missing; write \"subscribe\", \"send\" or a list of both");
    if (spec.destinations.empty())
        refuse(name, "destination is missing; write for example \"/topic/news/**\"");
    if (spec.who.empty())
        refuse(name,
               "who is missing; write for example \"users\" for everyone logged in, or \"role:editor\"");
    const auto who = parse_who(spec.who, name);
    const auto except = parse_who(spec.except, name);
    for (const auto& word : spec.actions) {
        const Action action = parse_action(word, name);
        for (const auto& text : spec.destinations) {
            auto pattern = RulePattern::parse(text);
            if (const auto* reason = std::get_if<std::string>(&pattern))
                refuse(name, "destination \"" + text + "\": " + *reason);
            rules_[static_cast<std::size_t>(action)].push_back(
                {spec.effect == "allow", who, except, std::get<RulePattern>(std::move(pattern))});
        }
    }
}

std::vector<Permissions::Who> Permissions::parse_who(const std::vector<std::string>& words,
                                                     const std::string& rule) {
    static constexpr std::pair<std::string_view, WhoKind> kNamed[] = {
        {"role:", WhoKind::kRole}, {"user:", WhoKind::kUser}, {"department:", WhoKind::kDepartment}};
    std::vector<Who> who;
    for (const auto& word : words) {
        if (word == "anyone")
            who.push_back({WhoKind::kAnyone, {}});
        else if (word == "users")
            who.push_back({WhoKind::kUsers, {}});
        else if (word == "anonymous")
            who.push_back({WhoKind::kAnonymous, {}});
        else {
            const auto named = std::find_if(std::begin(kNamed), std::end(kNamed), [&](const auto& one) {
                return word.starts_with(one.first) &&
                       is_name(std::string_view(word).substr(one.first.size()));
            });
            if (named == std::end(kNamed))
                refuse(rule,
                       "who \"" + word +
                           "\" is none of \"anyone\", \"users\", \"anonymous\", \"role:…\", \"user:…\", "
                           "\"department:…\"");
            who.push_back({named->second, word.substr(named->first.size())});
        }
    }
    return who;
}

bool Permissions::is_one_of(const std::vector<Who>& who, const Identity& identity) {
    return std::any_of(who.begin(), who.end(), [&](const Who& one) {
        switch (one.kind) {
            case WhoKind::kAnyone:
                return true;
            case WhoKind::kUsers:
                return !identity.anonymous;
            case WhoKind::kAnonymous:
                return identity.anonymous;
            case WhoKind::kRole:
                return identity.has_role(one.name);
            case WhoKind::kUser:
                return !identity.anonymous && identity.user == one.name;
            case WhoKind::kDepartment:
                return std::find(identity.departments.begin(), identity.departments.end(), one.name) !=
                       identity.departments.end();
        }
        return false;
    });
}

bool Permissions::concerns(const Rule& rule, const Identity& identity) {
    return is_one_of(rule.who, identity) && !is_one_of(rule.except, identity);
}

Verdict Permissions::check(Action action, std::string_view destination, const Identity& identity,
                           const Memberships* memberships) const {
    const auto kind = routing::kind_of(destination);
    if (!kind) return Verdict::kDeny;
    // A user's queue has two names: its owner's, to read, and everybody else's, to write.
    if (action == Action::kSend && *kind == DestinationKind::kUserQueue) return Verdict::kDeny;
    std::string canonical;
    if (*kind == DestinationKind::kNamedUserQueue) {
        if (action == Action::kSubscribe) return Verdict::kDeny;
        const std::string_view user = destination.substr(6, destination.find('/', 6) - 6);
        if (!is_surely_canonical(user)) {  // else a name with a dot would be two segments to the rules
            const auto name = routing::decode_segment(user);
            if (!name) return Verdict::kDeny;
            canonical = "/user/" + routing::encode_segment(*name);
            canonical += destination.substr(6 + user.size());
            destination = canonical;
        }
    }
    std::array<std::string_view, 16> room;  // more segments than are usual go to the heap
    std::pmr::monotonic_buffer_resource memory(room.data(), sizeof room);
    std::pmr::vector<std::string_view> segments(&memory);
    segments.reserve(room.size());
    for (const std::string_view segment : routing::Segments(destination)) segments.push_back(segment);
    const auto which = static_cast<std::size_t>(action);
    for (const std::size_t i : of_kind_[which][static_cast<std::size_t>(*kind)]) {
        const Rule& rule = rules_[which][i];
        const Match match = rule.pattern.matches(segments, identity, memberships);
        if (match == Match::kNo || !concerns(rule, identity)) continue;
        if (match == Match::kIfMember) return Verdict::kNeedsMembership;
        return rule.allow ? Verdict::kAllow : Verdict::kDeny;
    }
    return Verdict::kDeny;
}

bool Permissions::check_pattern(const routing::Pattern& pattern, const Identity& identity) const {
    const auto kind = pattern.kind();
    // A pattern must say what it is about; /user/*/queue/** is about other people.
    if (!kind || *kind == DestinationKind::kNamedUserQueue) return false;
    const auto& rules = rules_[static_cast<std::size_t>(Action::kSubscribe)];
    return std::any_of(rules.begin(), rules.end(), [&](const Rule& rule) {
        return rule.allow && concerns(rule, identity) && rule.pattern.overlaps(pattern, identity);
    });
}

}  // namespace causeway::identity
