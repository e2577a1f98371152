#include "broker/admin/metrics.hpp"

#include <charconv>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace causeway::admin {

namespace {

enum class Type { kCounter, kGauge };

struct Sample {
    std::vector<std::pair<std::string_view, std::string_view>> labels;
    std::string value;
};
using Samples = std::vector<Sample>;

struct Family {
    std::string_view name;
    Type type;
    std::string_view help;
    Samples (*read)(const Snapshot&);
};

std::string text(std::uint64_t n) { return std::to_string(n); }

std::string text(double n) {
    char digits[32];
    const auto end = std::to_chars(digits, digits + sizeof digits, n).ptr;
    return {digits, end};
}

Samples one(std::uint64_t n) { return {{{}, text(n)}}; }
Samples one(double n) { return {{{}, text(n)}}; }
Samples one(bool yes) { return one(std::uint64_t{yes}); }

template <typename Label, std::size_t Size>
Samples each(const CountsOf<Label, Size>& counts) {
    Samples samples;
    for (std::size_t i = 0; i < Size; ++i)
        samples.push_back(
            {{{LabelValues<Label>::name, LabelValues<Label>::texts[i]}}, text(counts.numbers[i])});
    return samples;
}

Samples each_error(const Snapshot& s) {
    Samples samples;
    for (std::size_t i = 0; i < kErrorCodes; ++i)
        samples.push_back(
            {{{"code", row(static_cast<ErrorCode>(i)).name}}, text(s.shards.errors.numbers[i])});
    return samples;
}

Samples each_listener(const Snapshot& s) {
    Samples samples;
    const std::pair<std::string_view, const Counts<StatusClass>*> listeners[] = {
        {"public", &s.shards.http_requests}, {"admin", &s.admin_requests}};
    for (const auto& [listener, counts] : listeners)
        for (auto& sample : each(*counts)) {
            sample.labels.insert(sample.labels.begin(), {"listener", listener});
            samples.push_back(std::move(sample));
        }
    return samples;
}

Samples build(const Snapshot& s) {
    return {{{{"version", s.version}, {"revision", s.revision}, {"compiler", s.compiler}}, "1"}};
}

double seconds(WallTime t) { return static_cast<double>(to_ms(t)) / 1000; }

using S = const Snapshot&;
constexpr Family kFamilies[] = {
    {"causeway_build_info", Type::kGauge, "Always 1; the labels say what runs.", build},
    {"causeway_start_time_seconds", Type::kGauge, "When the broker started, in seconds since 1970.",
     [](S s) { return one(seconds(s.started_at)); }},
    {"causeway_ready", Type::kGauge, "1 when /readyz says yes.", [](S s) { return one(s.ready); }},
    {"causeway_draining", Type::kGauge, "1 while the broker says goodbye to its clients.",
     [](S s) { return one(s.draining); }},
    {"causeway_config_last_reload_successful", Type::kGauge,
     "0 when the last reload was refused and the old configuration runs on.",
     [](S s) { return one(s.config_reload_ok); }},
    {"causeway_shards", Type::kGauge, "Threads that serve connections.",
     [](S s) { return one(s.shard_count); }},
    {"causeway_connections", Type::kGauge, "Open connections.",
     [](S s) { return each(s.shards.connections); }},
    {"causeway_connections_opened_total", Type::kCounter, "Connections opened.",
     [](S s) { return each(s.shards.opened); }},
    {"causeway_connections_closed_total", Type::kCounter, "Connections that ended, and why.",
     [](S s) { return each(s.shards.closed); }},
    {"causeway_connections_rejected_total", Type::kCounter,
     "Sockets turned away before they became a session, and why.",
     [](S s) { return each(s.shards.rejected); }},
    {"causeway_sessions", Type::kGauge, "Sessions that are CONNECTED.",
     [](S s) { return one(s.shards.sessions); }},
    {"causeway_users", Type::kGauge, "Distinct users with a session.", [](S s) { return one(s.users); }},
    {"causeway_subscriptions", Type::kGauge, "Subscriptions of all sessions.",
     [](S s) { return one(s.shards.subscriptions); }},
    {"causeway_frames_received_total", Type::kCounter,
     "STOMP frames from clients; heartbeat is a lone line end.",
     [](S s) { return each(s.shards.frames_received); }},
    {"causeway_frames_sent_total", Type::kCounter, "STOMP frames to clients.",
     [](S s) { return each(s.shards.frames_sent); }},
    {"causeway_received_bytes_total", Type::kCounter, "Bytes read from clients' sockets.",
     [](S s) { return each(s.shards.bytes_received); }},
    {"causeway_sent_bytes_total", Type::kCounter, "Bytes written to clients' sockets.",
     [](S s) { return each(s.shards.bytes_sent); }},
    {"causeway_messages_received_total", Type::kCounter, "Messages published, by where they came from.",
     [](S s) { return each(s.shards.messages_received); }},
    {"causeway_messages_delivered_total", Type::kCounter,
     "Messages handed to a connection, one for each subscription, by where they came from.",
     [](S s) { return each(s.shards.messages_delivered); }},
    {"causeway_messages_dropped_total", Type::kCounter, "Deliveries that were not made, and why.",
     [](S s) { return each(s.shards.messages_dropped); }},
    {"causeway_outbound_queue_bytes", Type::kGauge, "Bytes that wait for clients to read.",
     [](S s) { return one(s.shards.outbound_queue_bytes); }},
    {"causeway_queues", Type::kGauge, "Queues with consumers or with messages in memory.",
     [](S s) { return one(s.shards.queues); }},
    {"causeway_queue_ready", Type::kGauge,
     "Messages of queues that wait in memory for a consumer; more of long stored queues wait on disk.",
     [](S s) { return one(s.shards.queue_ready); }},
    {"causeway_queue_delayed", Type::kGauge, "Messages that were refused by a NACK and will come again.",
     [](S s) { return one(s.shards.queue_delayed); }},
    {"causeway_queue_unacked", Type::kGauge, "Messages that consumers of queues have and did not acknowledge.",
     [](S s) { return one(s.shards.queue_unacked); }},
    {"causeway_queue_consumers", Type::kGauge, "Consumers of queues.",
     [](S s) { return one(s.shards.queue_consumers); }},
    {"causeway_queue_bytes", Type::kGauge, "What the messages of queues take in memory, about.",
     [](S s) { return one(s.shards.queue_bytes); }},
    {"causeway_queue_delivered_total", Type::kCounter, "Messages given to consumers of queues.",
     [](S s) { return one(s.shards.queue_delivered); }},
    {"causeway_queue_redelivered_total", Type::kCounter, "Those of them that somebody may have had before.",
     [](S s) { return one(s.shards.queue_redelivered); }},
    {"causeway_queue_acked_total", Type::kCounter, "Messages of queues that were acknowledged.",
     [](S s) { return one(s.shards.queue_acked); }},
    {"causeway_queue_dead_lettered_total", Type::kCounter, "Messages moved to a dead-letter queue.",
     [](S s) { return one(s.shards.queue_dead_lettered); }},
    {"causeway_queue_dropped_total", Type::kCounter,
     "Messages that could not be delivered and have no dead-letter queue to go to.",
     [](S s) { return one(s.shards.queue_dropped); }},
    {"causeway_queue_refused_total", Type::kCounter, "Messages for which a queue had no room.",
     [](S s) { return one(s.shards.queue_refused); }},
    {"causeway_errors_total", Type::kCounter, "Refusals told to clients, by code.", each_error},
    {"causeway_auth_attempts_total", Type::kCounter, "Tokens presented, and what came of it.",
     [](S s) { return each(s.shards.auth_attempts); }},
    {"causeway_acl_denied_total", Type::kCounter, "What the permission rules refused.",
     [](S s) { return each(s.shards.acl_denied); }},
    {"causeway_rate_limited_total", Type::kCounter, "What the rate limits refused.",
     [](S s) { return each(s.shards.rate_limited); }},
    {"causeway_http_requests_total", Type::kCounter, "HTTP requests answered.", each_listener},
    {"causeway_nats_connected", Type::kGauge, "1 while there is a connection to NATS.",
     [](S s) { return one(s.nats_connected); }},
    {"causeway_nats_reconnects_total", Type::kCounter, "Times the connection to NATS came back.",
     [](S s) { return one(s.nats_reconnects); }},
    {"causeway_nats_messages_total", Type::kCounter, "Messages from NATS (in) and to it (out).",
     [](S s) { return each(s.nats_messages); }},
    {"causeway_nats_dropped_total", Type::kCounter, "Messages from or to NATS that were given up.",
     [](S s) { return each(s.nats_dropped); }},
    {"causeway_store_healthy", Type::kGauge, "1 while the store commits.",
     [](S s) { return one(s.store_healthy); }},
    {"causeway_store_queue_length", Type::kGauge, "Requests that wait for the store.",
     [](S s) { return one(s.store_queue); }},
    {"causeway_store_commits_total", Type::kCounter, "Transactions committed.",
     [](S s) { return one(s.store_commits); }},
    {"causeway_store_entries_total", Type::kCounter, "Entries committed to the log.",
     [](S s) { return one(s.store_entries); }},
    {"causeway_store_commits_failed_total", Type::kCounter, "Transactions that could not be committed.",
     [](S s) { return one(s.store_commits_failed); }},
    {"causeway_store_requests_refused_total", Type::kCounter,
     "Requests refused because commits fail or space is short.", [](S s) { return one(s.store_refused); }},
    {"causeway_store_entries_expired_total", Type::kCounter, "Entries deleted by retention.",
     [](S s) { return one(s.store_entries_expired); }},
    {"causeway_store_file_bytes", Type::kGauge, "Size of the store's file.",
     [](S s) { return one(s.store_file_bytes); }},
    {"causeway_store_wal_bytes", Type::kGauge, "Size of the log that is not in that file yet.",
     [](S s) { return one(s.store_wal_bytes); }},
    {"causeway_store_free_bytes", Type::kGauge, "Free space of the store's file system.",
     [](S s) { return one(s.store_free_bytes); }},
    {"causeway_outbox_events", Type::kGauge, "Stored events that wait for NATS.",
     [](S s) { return one(s.outbox_waiting); }},
    {"causeway_outbox_oldest_age_seconds", Type::kGauge,
     "How long the oldest of them has waited; 0: there is none.",
     [](S s) { return one(s.outbox_oldest_seconds); }},
    {"causeway_history_bytes", Type::kGauge, "What the histories of topics take in memory, about.",
     [](S s) { return one(s.history_bytes); }},
    {"causeway_histories_shed_total", Type::kCounter,
     "Topics that lost their history because all together took more than limits.history_bytes.",
     [](S s) { return one(s.histories_shed); }},
    {"causeway_log_messages_total", Type::kCounter, "Lines written to the broker's own log.",
     [](S s) { return each(s.log_messages); }},
    {"process_cpu_seconds_total", Type::kCounter, "CPU time of this process, user and system.",
     [](S s) { return one(s.process.cpu_seconds); }},
    {"process_resident_memory_bytes", Type::kGauge, "Resident memory.",
     [](S s) { return one(s.process.resident_bytes); }},
    {"process_virtual_memory_bytes", Type::kGauge, "Virtual memory.",
     [](S s) { return one(s.process.virtual_bytes); }},
    {"process_open_fds", Type::kGauge, "Open file descriptors.", [](S s) { return one(s.process.open_fds); }},
    {"process_max_fds", Type::kGauge, "Most file descriptors there may be.",
     [](S s) { return one(s.process.max_fds); }},
    {"process_threads", Type::kGauge, "Threads of this process.", [](S s) { return one(s.process.threads); }},
    {"process_start_time_seconds", Type::kGauge, "When this process started, in seconds since 1970.",
     [](S s) { return one(s.process.start_time_seconds); }},
};

std::string_view name_of(Type type) { return type == Type::kCounter ? "counter" : "gauge"; }

void write_escaped(std::string& out, std::string_view value) {
    for (const char c : value) {
        if (c == '\n')
            out += "\\n";
        else if (c == '"' || c == '\\')
            (out += '\\') += c;
        else
            out += c;
    }
}

void write_sample(std::string& out, std::string_view name, const Sample& sample) {
    out += name;
    char before = '{';
    for (const auto& [label, value] : sample.labels) {
        ((out += before) += label) += "=\"";
        write_escaped(out, value);
        out += '"';
        before = ',';
    }
    if (before == ',') out += '}';
    ((out += ' ') += sample.value) += '\n';
}

// The labels of a family with their values: "transport: websocket, …"; values only known at run time are left
// out.
std::string describe_labels(const Samples& samples) {
    std::vector<std::pair<std::string_view, std::vector<std::string_view>>> labels;
    for (const auto& sample : samples)
        for (std::size_t i = 0; i < sample.labels.size(); ++i) {
            if (labels.size() <= i) labels.push_back({sample.labels[i].first, {}});
            auto& values = labels[i].second;
            const std::string_view value = sample.labels[i].second;
            bool known = value.empty();
            for (const auto other : values) known = known || other == value;
            if (!known) values.push_back(value);
        }
    std::string out;
    for (const auto& [label, values] : labels) {
        if (!out.empty()) out += "; ";
        ((out += '`') += label) += '`';
        for (std::size_t i = 0; i < values.size(); ++i) (out += i == 0 ? ": " : ", ") += values[i];
    }
    return out;
}

}  // namespace

std::string to_prometheus(const Snapshot& now) {
    std::string out;
    for (const Family& family : kFamilies) {
        ((((out += "# HELP ") += family.name) += ' ') += family.help) += '\n';
        ((((out += "# TYPE ") += family.name) += ' ') += name_of(family.type)) += '\n';
        for (const auto& sample : family.read(now)) write_sample(out, family.name, sample);
    }
    return out;
}

std::string metrics_markdown() {
    std::string out =
        "# Metrics\n\n"
        "`GET /metrics` on the admin listener, in the Prometheus text format. Counters belong to the "
        "process: they start\n"
        "at 0 and only grow. Every value of a label is there from the start. No label ever holds a user, a "
        "destination or\n"
        "an address. This page is generated: `causewayctl docs metrics > docs/metrics.md`.\n\n"
        "| metric | type | labels | what it says |\n|---|---|---|---|\n";
    const Snapshot nothing;
    for (const Family& family : kFamilies)
        out += "| `" + std::string(family.name) + "` | " + std::string(name_of(family.type)) + " | " +
               describe_labels(family.read(nothing)) + " | " + std::string(family.help) + " |\n";
    return out;
}

}  // namespace causeway::admin
