// The members of a token's JSON object, read strictly: nesting of at most eight, no member twice at
// any level (two readers could see two tokens), nothing after the object. Numbers that are not
// integers are kept as "something else", so that no claim is ever read from a rounded value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace causeway::identity {

// monostate: null, a boolean, a fraction, an object, a mixed list …
using Claim = std::variant<std::monostate, std::string, std::int64_t, std::vector<std::string>>;

class Claims {
public:
    static constexpr std::size_t kDepth = 8;

    // Nothing if it is not one JSON object within the limits.
    [[nodiscard]] static std::optional<Claims> parse(std::string_view json);

    // Null if there is no such member.
    [[nodiscard]] const Claim* find(std::string_view name) const;

private:
    friend class ClaimsReader;
    std::vector<std::pair<std::string, Claim>> members_;
};

}  // namespace causeway::identity
