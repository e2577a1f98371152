// Texts made from tables, so that they cannot be out of date: the commented default configuration,
// docs/configuration.md and docs/errors.md. Tests compare the last two with what is in the repo.
#pragma once

#include <string>

#include "broker/config/config.hpp"

namespace causeway::config {

// Every key with its default and its text. Loads as it is once a secret is configured.
[[nodiscard]] std::string default_config_toml();
// What a configuration says, without the comments; secrets are masked.
[[nodiscard]] std::string config_toml(Config config);
[[nodiscard]] std::string configuration_markdown();
[[nodiscard]] std::string errors_markdown();

}  // namespace causeway::config
