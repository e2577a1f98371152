// Who may SUBSCRIBE and SEND where: rules compiled once, asked without allocating. The first rule
// that matches decides; if none does, the answer is no. Order: what the broker owns (nobody may write
// there), then the configured rules, then the defaults. Immutable; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "broker/identity/identity.hpp"
#include "broker/identity/rule_pattern.hpp"
#include "broker/routing/pattern.hpp"

namespace causeway::identity {

enum class Action : std::uint8_t { kSubscribe, kSend };
enum class Verdict : std::uint8_t {
    kAllow,
    kDeny,
    kNeedsMembership,  // load the user's memberships and ask again with them
};

// A rule as written in [[permissions]]; what the words mean is checked by Permissions.
struct RuleSpec {
    std::string effect;                     // "allow" or "deny"
    std::vector<std::string> actions;       // "subscribe", "send"
    std::vector<std::string> destinations;  // patterns with placeholders
    std::vector<std::string> who;     // "anyone", "users", "anonymous", "role:x", "user:x", "department:x"
    std::vector<std::string> except;  // the same words: whom the rule passes over
    std::string where;                // where it was written, for messages; may be empty
};

// A rule that cannot be understood; the text names it and says what would be right.
class PermissionError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

class Permissions {
public:
    // Throws PermissionError: a broken rule must not silently become no rule.
    explicit Permissions(const std::vector<RuleSpec>& configured = {});

    // `destination` is concrete and well-formed; user queues in the form the client wrote. `memberships`
    // null: not loaded.
    [[nodiscard]] Verdict check(Action action, std::string_view destination, const Identity& identity,
                                const Memberships* memberships) const;
    // Whether SUBSCRIBE to this pattern makes sense at all: some allow rule overlaps it. Every concrete
    // destination still has to pass check().
    [[nodiscard]] bool check_pattern(const routing::Pattern& pattern, const Identity& identity) const;

    // The rules that hold before and after the configured ones: data, so that they can be documented.
    [[nodiscard]] static const std::vector<RuleSpec>& owned_rules();
    [[nodiscard]] static const std::vector<RuleSpec>& default_rules();

private:
    enum class WhoKind : std::uint8_t { kAnyone, kUsers, kAnonymous, kRole, kUser, kDepartment };
    struct Who {
        WhoKind kind;
        std::string name;
    };
    struct Rule {
        bool allow;
        std::vector<Who> who;
        std::vector<Who> except;
        RulePattern pattern;
    };

    void add(const RuleSpec& spec, const std::string& name);
    void sort_by_kind();
    static std::vector<Who> parse_who(const std::vector<std::string>& words, const std::string& rule);
    static bool is_one_of(const std::vector<Who>& who, const Identity& identity);
    static bool concerns(const Rule& rule, const Identity& identity);

    static constexpr std::size_t kKinds = 6;  // of DestinationKind

    std::array<std::vector<Rule>, 2> rules_;  // by Action
    // Those that a kind's first segment does not rule out, in order.
    std::array<std::array<std::vector<std::size_t>, kKinds>, 2> of_kind_;
};

}  // namespace causeway::identity
