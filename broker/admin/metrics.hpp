// All that /metrics says at one moment, and its two texts: the Prometheus exposition format 0.0.4 and
// the page docs/metrics.md. Both are written from one table.
#pragma once

#include <cstdint>
#include <string>

#include "broker/admin/counters.hpp"
#include "broker/admin/process_stats.hpp"
#include "broker/base/clock.hpp"

namespace causeway::admin {

struct Snapshot {
    ShardCounters shards;  // the sum over all shards
    std::uint64_t shard_count = 0;
    std::uint64_t users = 0;  // distinct users with a session; not a sum over shards

    bool ready = false;
    bool draining = false;
    WallTime started_at{};
    std::string version;
    std::string revision;
    std::string compiler;
    bool config_reload_ok = true;

    bool nats_connected = false;
    std::uint64_t nats_reconnects = 0;
    Counts<Direction> nats_messages;
    Counts<Direction> nats_dropped;

    bool store_healthy = false;
    std::uint64_t store_queue = 0;  // requests that wait
    std::uint64_t store_commits = 0;
    std::uint64_t store_entries = 0;
    std::uint64_t store_commits_failed = 0;
    std::uint64_t store_refused = 0;
    std::uint64_t store_entries_expired = 0;
    std::uint64_t store_file_bytes = 0;
    std::uint64_t store_wal_bytes = 0;
    std::uint64_t store_free_bytes = 0;
    std::uint64_t outbox_waiting = 0;
    double outbox_oldest_seconds = 0;

    std::uint64_t history_bytes = 0;  // of topics, in memory
    std::uint64_t histories_shed = 0;

    Counts<LogLevel> log_messages;
    Counts<StatusClass> admin_requests;
    ProcessStats process;
};

// Every family with HELP and TYPE, every label value present (0 where nothing happened).
[[nodiscard]] std::string to_prometheus(const Snapshot& now);

// The content of docs/metrics.md.
[[nodiscard]] std::string metrics_markdown();

}  // namespace causeway::admin
