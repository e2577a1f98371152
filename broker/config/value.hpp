// Values of keys as people write them: read, checked against their type, and written back.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "broker/config/key_table.hpp"

namespace causeway::config {

// As it stands in a TOML file. The environment and --set have only texts.
using Raw = std::variant<std::monostate, bool, std::int64_t, double, std::string, std::vector<std::string>>;

// Stores it in `config`. Otherwise what is wrong, beginning with the key: `limits.headers is "x", …`.
[[nodiscard]] std::optional<std::string> assign(Config& config, const Key& key, const Raw& value);
// The same from a text of the environment or --set: lists are separated by commas.
[[nodiscard]] std::optional<std::string> assign_text(Config& config, const Key& key, std::string_view text);

// The value in TOML. Secrets are masked.
[[nodiscard]] std::string written(Config& config, const Key& key);

}  // namespace causeway::config
