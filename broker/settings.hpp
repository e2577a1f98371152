// From the configuration to the settings of each part: the one place that knows both.
#pragma once

#include "bridge/nats_options.hpp"
#include "broker/config/config.hpp"
#include "broker/shard.hpp"
#include "storage/store_options.hpp"

namespace causeway {

[[nodiscard]] net::AddressRules address_rules(const config::Config& config);
[[nodiscard]] ShardSettings shard_settings(const config::Config& config);
[[nodiscard]] storage::StoreOptions store_options(const config::Config& config);
[[nodiscard]] bridge::NatsOptions nats_options(const config::Config& config);
// cluster.node, or the host's name.
[[nodiscard]] std::string node_name(const config::Config& config);

}  // namespace causeway
