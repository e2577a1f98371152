// Everything that can be configured, by section, with its default. Plain values: once loaded nothing
// changes them. The names, texts and types of the keys are in key_table.cpp, and nowhere else.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "broker/base/clock.hpp"
#include "broker/identity/jwt.hpp"
#include "broker/identity/permissions.hpp"
#include "broker/queue/queue_rules.hpp"
#include "broker/routing/history_rules.hpp"

namespace causeway::config {

struct Listen {
    std::string public_address = "127.0.0.1:8080";  // listen.public
    std::string admin_address = "127.0.0.1:8081";   // listen.admin
    std::string tls_address;                         // listen.tls
    std::string stomp_address;                       // listen.stomp
    std::string stomp_tls_address;                   // listen.stomp_tls
    bool proxy_protocol = false;
    std::vector<std::string> trusted_proxies;
    std::vector<std::string> allowed_addresses;
    std::vector<std::string> denied_addresses;
};

struct Tls {
    std::vector<std::string> certificate_files;
    std::vector<std::string> key_files;
    std::size_t handshakes_per_second = 200;
    Milliseconds hsts_max_age{std::chrono::hours(24)};
};

struct Http {
    std::vector<std::string> prefixes{"/ws"};
    std::string static_dir;
    std::vector<std::string> allowed_origins{"*"};
    std::string forwarded_header = "X-Forwarded-For";
    bool compression = true;
};

struct SockJs {
    bool websocket = true;
    bool cookie_needed = false;
    Milliseconds heartbeat{25'000};
    Milliseconds disconnect_delay{5'000};
    std::size_t response_limit = 128 * 1024;
};

struct Jwt {
    std::string secret;
    std::string secret_file;
    std::vector<std::string> algorithms{"HS256"};
    std::string issuer;
    std::vector<std::string> audience;
    std::string user_claim = "sub";
    std::string name_claim = "name";
    std::string roles_claim = "roles";
    std::string departments_claim = "departments";
    std::string permissions_claim = "permissions";
    bool require_expiry = true;
    Milliseconds leeway{30'000};
};

struct Auth {
    Jwt jwt;
    bool anonymous = false;
    Milliseconds expiry_warning{60'000};
    Milliseconds expiry_grace{5'000};
};

struct Storage {
    std::string path = "data";
    std::string durability = "power";
    Milliseconds cursor_flush{1'000};
    Milliseconds cursor_expiry{std::chrono::hours(24) * 90};
    std::size_t min_free = std::size_t{200} << 20;
};

// How long and how much of one kind of log is kept; 0: for ever, without bound.
struct Kept {
    Milliseconds age{0};
    std::size_t bytes = 0;
};

struct Retention {
    Kept direct;
    Kept group;
    Kept room;
    Kept inbox{std::chrono::hours(24) * 90, 0};
    Kept topic;
    Kept queue;
};

struct Chat {
    Milliseconds edit_window{std::chrono::hours(24)};
    Milliseconds recall_window{std::chrono::hours(24)};
};

struct Sessions {
    std::string resume_user_queues = "device";
};

struct NatsTls {
    bool required = false;
    std::string ca_file;
    std::string certificate_file;
    std::string key_file;
    std::string host;
};

struct Nats {
    std::string url;
    std::string user;
    std::string password;
    std::string password_file;
    std::string token;
    std::string token_file;
    std::string credentials_file;
    std::vector<std::string> subjects{"business.>", "communication.>"};
    bool jetstream = true;
    NatsTls tls;
};

struct Limits {
    std::size_t frame_bytes = 256 * 1024;
    std::size_t headers = 64;
    std::size_t header_bytes = 8 * 1024;
    std::size_t head_bytes = 32 * 1024;
    std::size_t connect_bytes = 16 * 1024;
    Milliseconds connect_timeout{10'000};
    std::size_t destination_bytes = 255;
    std::size_t destination_segments = 16;
    std::size_t subscriptions_per_session = 200;
    std::size_t unacked = 256;
    std::size_t transactions = 16;
    std::size_t transaction_frames = 1000;
    std::size_t transaction_bytes = 1024 * 1024;
    Milliseconds transaction_age{60'000};
    std::size_t sessions_per_user = 20;
    std::size_t connections_per_address = 100;
    double send_per_second = 10;
    double send_burst = 50;
    std::size_t outgoing_bytes = 1024 * 1024;
    Milliseconds outgoing_age{10'000};
    std::size_t outgoing_total = std::size_t{256} << 20;
    std::size_t history_bytes = std::size_t{256} << 20;
};

struct Queues {
    std::size_t messages = 100'000;
    std::size_t bytes = std::size_t{64} << 20;
    std::size_t memory = std::size_t{256} << 20;
    std::size_t count = 10'000;
    std::size_t window = 1'000;
    std::size_t prefetch = 32;
    std::size_t max_deliveries = 20;
    Milliseconds redelivery_delay{1'000};
    std::string dead_letter = "/queue/dead-letters";
};

struct Heartbeat {
    Milliseconds interval{30'000};
    double tolerance = 2.5;
    Milliseconds floor{60'000};
    Milliseconds ping_timeout{10'000};
};

struct Log {
    std::string level = "info";
    std::string format = "text";
};

struct Admin {
    std::string token;
    std::string token_file;
    std::vector<std::string> hosts;
    std::vector<std::string> allowed_origins;
    bool metrics_need_token = false;
};

struct Cluster {
    std::string name = "causeway";
    std::string node;
};

struct Config {
    Listen listen;
    Tls tls;
    Http http;
    SockJs sockjs;
    Auth auth;
    Storage storage;
    Retention retention;
    Sessions sessions;
    Chat chat;
    Nats nats;
    std::size_t shards = 0;
    Limits limits;
    Queues queues;
    Heartbeat heartbeat;
    Log log;
    Admin admin;
    Cluster cluster;
    std::vector<identity::RuleSpec> permissions;
    std::vector<routing::HistoryRule> history;
    std::vector<queue::QueueRule> queue;
};

// What is wrong, where it was written, and what would be right. The broker does not start with it.
class ConfigError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

using Environment = std::vector<std::pair<std::string, std::string>>;

// Defaults, then the TOML files in order, then CAUSEWAY_SECTION__KEY, then "section.key=value" of `sets`;
// reads the secret files, and validates. Throws ConfigError.
[[nodiscard]] Config load(const std::vector<std::string>& paths, const Environment& environment,
                          const std::vector<std::string>& sets);

// The same for text in memory; no files are read but secret files.
[[nodiscard]] Config load_text(const std::string& toml, const std::string& name);

// Refuses what would not work or not be safe. Throws ConfigError.
void validate(const Config& config);

// Files with secrets, and with keys for NATS, that others than the broker's user can use: a line each, with the key, the
// file and what to do. They are read all the same; a key of tls.key_files is not.
[[nodiscard]] std::vector<std::string> exposed_files(const Config& config);

// What holds for which queue. Throws ConfigError.
[[nodiscard]] queue::QueueRules queue_rules(const Config& config);

// What verifies the tokens of this configuration. Throws ConfigError naming the key.
[[nodiscard]] identity::JwtSettings jwt_settings(const Auth& auth);

// The process's environment (`environ`), as load() wants it.
[[nodiscard]] Environment environment_of(const char* const* entries);

}  // namespace causeway::config
