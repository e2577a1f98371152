// The destination of a permission rule: a pattern (routing/pattern.hpp) whose segments may also be
// placeholders for something about the caller. A placeholder stands for one literal segment, so what a
// user is called, or what his token says, can never make a rule match more. Immutable; any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "broker/identity/identity.hpp"
#include "broker/routing/pattern.hpp"

namespace causeway::identity {

// What the store knows of a user and his token does not say.
class Memberships {
public:
    Memberships() = default;
    Memberships(const Memberships&) = delete;
    Memberships& operator=(const Memberships&) = delete;
    virtual ~Memberships() = default;

    // Conversations and rooms; `conversation` is the segment as written.
    [[nodiscard]] virtual bool is_member(std::string_view conversation) const = 0;
    // Whether the two share a conversation, presence topics ask. No, unless somebody knows better.
    [[nodiscard]] virtual bool is_contact(std::string_view /*user*/) const { return false; }
};

enum class Match : std::uint8_t { kNo, kYes, kIfMember };

class RulePattern {
public:
    // A pattern, or what is wrong with it, for people.
    [[nodiscard]] static std::variant<RulePattern, std::string> parse(std::string_view text);

    // `destination` is concrete and taken apart, as it is held against many rules: each segment with its
    // separator. kIfMember: a membership decides and `memberships` is null.
    [[nodiscard]] Match matches(std::span<const std::string_view> destination, const Identity& identity,
                                const Memberships* memberships) const;
    // Whether it can match a path that begins with this segment at all.
    [[nodiscard]] bool may_begin_with(std::string_view segment) const;
    // Some destination that this identity might be allowed is in both.
    [[nodiscard]] bool overlaps(const routing::Pattern& pattern, const Identity& identity) const;

private:
    enum class Kind : std::uint8_t {
        kText,
        kAny,
        kRest,
        kUser,
        kRole,
        kDepartment,
        kConversation,
        kId,
        kContact
    };
    struct Part {
        char separator;
        Kind kind;
        std::string text;      // of kText, with its separator
        std::string previous;  // of kId: the text before it, which the permissions claim must name
    };

    static Kind kind_of_segment(std::string_view text);
    static Match match_part(const Part& part, std::string_view text, const Identity& identity,
                            const Memberships* memberships);
    static bool is_satisfiable(const Part& part, const Identity& identity);

    std::vector<Part> parts_;
};

}  // namespace causeway::identity
