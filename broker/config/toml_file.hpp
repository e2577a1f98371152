// A TOML document as a flat list of keys with the places where they stand. The only door to toml++.
// Knows no key but [[permissions]], [[history]] and [[queue]]; what the keys mean is for load.cpp.
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

// One table of a list of tables: its fields by their own names.
struct Row {
    std::vector<Entry> fields;
    std::string place;  // file:line
};

struct Document {
    std::vector<Entry> entries;
    std::vector<identity::RuleSpec> permissions;
    std::vector<Row> history;
    std::vector<Row> queue;
    bool has_permissions = false;
    bool has_history = false;
    bool has_queue = false;
};

// Throws ConfigError: not TOML, or a rule with unknown or wrongly typed fields.
[[nodiscard]] Document parse_toml(std::string_view text, const std::string& name);

}  // namespace causeway::config
