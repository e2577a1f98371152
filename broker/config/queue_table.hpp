// The fields of a [[queue]] rule: read, printed and documented from one table. What may stand in them is
// for queue::QueueRules.
#pragma once

#include <string>
#include <vector>

#include "broker/config/toml_file.hpp"
#include "broker/queue/queue_rules.hpp"

namespace causeway::config {

// One rule for each destination of each row, in order. Throws ConfigError: unknown or wrongly typed fields.
[[nodiscard]] std::vector<queue::QueueRule> queue_rules(const std::vector<Row>& rows);

// A rule as TOML.
[[nodiscard]] std::string queue_toml(const queue::QueueRule& rule);
// The table of fields for docs/configuration.md.
[[nodiscard]] std::string queue_markdown();

}  // namespace causeway::config
