#include "broker/settings.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "broker/version.hpp"

namespace causeway {

namespace {

// Of a list as the configuration writes it: separated by commas, blanks around them.
std::vector<std::string> split(std::string_view text) {
    std::vector<std::string> parts;
    while (!text.empty()) {
        const std::size_t comma = std::min(text.find(','), text.size());
        std::string_view part = text.substr(0, comma);
        while (part.starts_with(' ')) part.remove_prefix(1);
        while (part.ends_with(' ')) part.remove_suffix(1);
        if (!part.empty()) parts.emplace_back(part);
        text.remove_prefix(std::min(comma + 1, text.size()));
    }
    return parts;
}

constexpr Milliseconds kForEver{std::chrono::hours(24) * 36'500};

// RFC 6797, 6.1. Whether other names below this one speak TLS is not for us to say.
std::string strict_transport(Milliseconds max_age) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(max_age).count();
    return max_age.count() == 0 ? std::string() : "max-age=" + std::to_string(seconds);
}

storage::Kept kept(const config::Kept& bounds) { return {bounds.age, bounds.bytes}; }

}  // namespace

net::AddressRules address_rules(const config::Config& config) {
    return {AddressRanges(config.listen.allowed_addresses), AddressRanges(config.listen.denied_addresses),
            AddressRanges(config.listen.trusted_proxies)};
}

ShardSettings shard_settings(const config::Config& config) {
    ShardSettings settings;
    session::SessionLimits& limits = settings.limits;
    limits.connect_timeout = config.limits.connect_timeout;
    limits.connect_bytes = config.limits.connect_bytes;
    limits.frame_bytes = config.limits.frame_bytes;
    limits.headers = config.limits.headers;
    limits.header_bytes = config.limits.header_bytes;
    limits.head_bytes = config.limits.head_bytes;
    limits.subscriptions = config.limits.subscriptions_per_session;
    limits.unacked = config.limits.unacked;
    limits.transactions = config.limits.transactions;
    limits.transaction_frames = config.limits.transaction_frames;
    limits.transaction_bytes = config.limits.transaction_bytes;
    limits.transaction_age = config.limits.transaction_age;
    limits.resume_devices = config.sessions.resume_user_queues == "device";
    limits.sessions_per_user = config.limits.sessions_per_user;
    limits.send_per_second = config.limits.send_per_second;
    limits.send_burst = config.limits.send_burst;
    limits.outgoing_bytes = config.limits.outgoing_bytes;
    limits.heart_beat = config.heartbeat.interval;
    limits.heart_beat_tolerance = config.heartbeat.tolerance;
    limits.heart_beat_floor = config.heartbeat.floor;
    limits.ping_timeout = config.heartbeat.ping_timeout;
    limits.expiry_warning = config.auth.expiry_warning;
    limits.expiry_grace = config.auth.expiry_grace;
    settings.command_limits.edit_window = config.chat.edit_window;
    settings.command_limits.recall_window = config.chat.recall_window;
    limits.prefetch = config.queues.prefetch;
    settings.queue_limits.messages = config.queues.messages;
    settings.queue_limits.bytes = config.queues.bytes;
    settings.queue_limits.memory = config.queues.memory;
    settings.queue_limits.count = config.queues.count;
    settings.queue_limits.window_messages = config.queues.window;
    settings.destination_limits = {config.limits.destination_bytes, config.limits.destination_segments};
    settings.connection_limits = {config.limits.outgoing_bytes, config.limits.outgoing_age, config.limits.outgoing_total};
    settings.prefixes = config.http.prefixes;
    settings.sockjs.websocket = config.sockjs.websocket;
    settings.sockjs.cookie_needed = config.sockjs.cookie_needed;
    settings.sockjs_times.heartbeat = config.sockjs.heartbeat;
    settings.sockjs_times.disconnect = config.sockjs.disconnect_delay;
    settings.sockjs_response_bytes = config.sockjs.response_limit;
    settings.forwarded_header = config.http.forwarded_header;
    settings.strict_transport = strict_transport(config.tls.hsts_max_age);
    settings.origins.allowed = config.http.allowed_origins;
    settings.compression = config.http.compression ? net::Compression::kOn : net::Compression::kOff;
    settings.server_name = std::string("causeway/") + kVersion;
    settings.cursor_flush = config.storage.cursor_flush;
    settings.anonymous = config.auth.anonymous;
    return settings;
}

storage::StoreOptions store_options(const config::Config& config) {
    storage::StoreOptions options;
    options.path = config.storage.path;
    options.retention = {kept(config.retention.direct), kept(config.retention.group), kept(config.retention.room),
                         kept(config.retention.inbox), kept(config.retention.topic),
                         kept(config.retention.queue)};
    options.min_free_bytes = config.storage.min_free;
    options.cursors_kept = config.storage.cursor_expiry.count() == 0 ? kForEver : config.storage.cursor_expiry;
    options.durability =
        config.storage.durability == "process" ? storage::Durability::kProcess : storage::Durability::kPower;
    return options;
}

bridge::NatsOptions nats_options(const config::Config& config) {
    bridge::NatsOptions options;
    options.urls = split(config.nats.url);
    options.cluster = config.cluster.name;
    options.node = node_name(config);
    options.subscribe = config.nats.subjects;
    options.token = config.nats.token;
    options.credentials_file = config.nats.credentials_file;
    options.user = config.nats.user;
    options.password = config.nats.password;
    options.jetstream = config.nats.jetstream;
    options.tls.required = config.nats.tls.required;
    options.tls.ca_file = config.nats.tls.ca_file;
    options.tls.certificate_file = config.nats.tls.certificate_file;
    options.tls.key_file = config.nats.tls.key_file;
    options.tls.expected_host = config.nats.tls.host;
    return options;
}

std::string node_name(const config::Config& config) {
    if (!config.cluster.node.empty()) return config.cluster.node;
    std::array<char, 256> name{};
    if (::gethostname(name.data(), name.size() - 1) != 0) return "node";
    return name.data();
}

}  // namespace causeway
