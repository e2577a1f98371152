// A TOML document as a flat list of keys with the places where they stand. The only door to toml++.
// Knows no key but [[permissions]]; what the keys mean is for load.cpp.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "broker/config/value.hpp"

namespace causeway::config {

struct Entry {
    std::string key;    // section.key
    Raw value;          // monostate: a date, a table where a value belongs, …
    std::string place;  // file:line:column of the key
};

struct Document {
    std::vector<Entry> entries;
    std::vector<identity::RuleSpec> permissions;
    bool has_permissions = false;
};

// Throws ConfigError: not TOML, or a rule with unknown or wrongly typed fields.
[[nodiscard]] Document parse_toml(std::string_view text, const std::string& name);

}  // namespace causeway::config
