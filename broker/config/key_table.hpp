// The one table of configuration keys. Parsing, the environment, --set, default-config and
// docs/configuration.md are all made from it. A default is what a default-made Config holds.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "broker/config/config.hpp"

namespace causeway::config {

enum class Type : std::uint8_t { kBool, kCount, kNumber, kSize, kDuration, kText, kSecret, kList };
enum class Zero : std::uint8_t { kRefused, kMeaningful };

using Target =
    std::variant<bool*, std::size_t*, double*, Milliseconds*, std::string*, std::vector<std::string>*>;

struct Key {
    std::string_view name;  // section.key
    Type type;
    Target (*at)(Config&);
    std::string_view doc;
    Zero zero = Zero::kRefused;    // of numbers
    std::string_view one_of = {};  // of texts: the allowed ones, separated by '|'
};

[[nodiscard]] const std::vector<Key>& keys();
// Null if there is no such key.
[[nodiscard]] const Key* find_key(std::string_view name);
// Of `among`, keys or the fields of a list of tables, the most similar; empty if none is.
[[nodiscard]] std::string nearest(std::string_view name, const std::vector<std::string_view>& among);

}  // namespace causeway::config
