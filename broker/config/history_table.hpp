// The fields of a [[history]] rule: read, printed and documented from one table. What may stand in them
// together is for routing::HistoryRules.
#pragma once

#include <string>
#include <vector>

#include "broker/config/toml_file.hpp"
#include "broker/routing/history_rules.hpp"

namespace causeway::config {

// One rule for each destination of each row, in order. Throws ConfigError: unknown or wrongly typed fields.
[[nodiscard]] std::vector<routing::HistoryRule> history_rules(const std::vector<Row>& rows);

// A rule as TOML.
[[nodiscard]] std::string history_toml(const routing::HistoryRule& rule);
// The table of fields for docs/configuration.md.
[[nodiscard]] std::string history_markdown();

}  // namespace causeway::config
