// A set of destinations: `*` is exactly one whole segment; a final `**`, `>` or `#` is any number of
// segments, none included, of which the first has the separator written before the wildcard.
// Matching is one walk without backtracking, because only the end of a pattern has a length of its own.
// Immutable; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "broker/routing/destination.hpp"

namespace causeway::routing {

class Pattern {
public:
    // A pattern, with or without wildcards, or what is wrong with it, for people.
    [[nodiscard]] static std::variant<Pattern, std::string> parse(std::string_view text,
                                                                  const DestinationLimits& limits = {});

    [[nodiscard]] const std::string& text() const { return text_; }
    // No wildcards: it matches itself only.
    [[nodiscard]] bool is_literal() const { return fixed_ == text_.size(); }
    // The kind of everything it matches; nothing if a wildcard comes too early to know.
    [[nodiscard]] std::optional<DestinationKind> kind() const { return kind_of(text_); }

    // `destination` is well-formed and without wildcards.
    [[nodiscard]] bool matches(std::string_view destination) const;
    // Some destination matches both.
    [[nodiscard]] bool overlaps(const Pattern& other) const;

    bool operator==(const Pattern& other) const { return text_ == other.text_; }

private:
    explicit Pattern(std::string_view text);

    std::string text_;
    std::size_t fixed_;  // octets before the separator of the first wildcard
};

}  // namespace causeway::routing
