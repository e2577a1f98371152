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

// The number that a value of this type stands for: bytes, milliseconds. Nothing if it does not.
[[nodiscard]] std::optional<double> number_of(Type type, const Raw& value);
// Why a value is not of this type: "which is not a size; …".
[[nodiscard]] std::string_view expected(Type type);
// A value as it would be written in TOML, for messages.
[[nodiscard]] std::string shown(const Raw& value);
// In the largest unit in which it is whole.
[[nodiscard]] std::string written_size(std::size_t bytes);
[[nodiscard]] std::string written_duration(Milliseconds time);

// The value in TOML. Secrets are masked.
[[nodiscard]] std::string written(Config& config, const Key& key);

}  // namespace causeway::config
