// What no single key can know to be wrong.
#include <algorithm>
#include <charconv>

#include "broker/base/address_ranges.hpp"
#include "broker/config/config.hpp"
#include "broker/routing/destination.hpp"

namespace causeway::config {

namespace {

[[noreturn]] void refuse(std::string_view key, const std::string& what) {
    throw ConfigError(std::string(key) + ": " + what);
}

void check_address(std::string_view key, std::string_view address) {
    const std::size_t colon = address.rfind(':');
    const std::string_view host = address.substr(0, colon);
    const std::string_view port = colon == std::string_view::npos ? "" : address.substr(colon + 1);
    unsigned number = 0;
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
    const bool bracketed = host.starts_with('[') && host.ends_with(']');
    if (host.empty() || (!bracketed && host.find(':') != std::string_view::npos) || error != std::errc() ||
        end != port.data() + port.size() || number > 65535)
        refuse(key, "\"" + std::string(address) +
                        "\" is not an address and port, as \"127.0.0.1:8080\" or \"[::1]:8080\"");
}

void check_ranges(std::string_view key, const std::vector<std::string>& ranges) {
    try {
        (void)AddressRanges(ranges);
    } catch (const std::invalid_argument& error) {
        refuse(key, error.what());
    }
}

void check_proxies(const Listen& listen) {
    check_ranges("listen.trusted_proxies", listen.trusted_proxies);
    check_ranges("listen.allowed_addresses", listen.allowed_addresses);
    check_ranges("listen.denied_addresses", listen.denied_addresses);
    if (listen.proxy_protocol && listen.trusted_proxies.empty())
        refuse("listen.proxy_protocol",
               "needs listen.trusted_proxies: the PROXY header is believed from those alone, so nobody could connect");
}

void check_tls(const Config& config) {
    if (config.tls.certificate_files.size() != config.tls.key_files.size())
        refuse("tls.key_files", "must name one key for each of tls.certificate_files, in the same order");
    if (!config.listen.stomp_address.empty()) check_address("listen.stomp", config.listen.stomp_address);
    const std::pair<std::string_view, const std::string&> encrypted[] = {
        {"listen.tls", config.listen.tls_address}, {"listen.stomp_tls", config.listen.stomp_tls_address}};
    for (const auto& [key, address] : encrypted) {
        if (address.empty()) continue;
        check_address(key, address);
        if (config.tls.certificate_files.empty())
            refuse(key, "needs a certificate: set tls.certificate_files and tls.key_files");
    }
}

void check_prefixes(const std::vector<std::string>& prefixes) {
    if (prefixes.empty())
        refuse("http.prefixes", "is empty, so nobody could connect; write for example [\"/ws\"]");
    for (const auto& prefix : prefixes) {
        if (prefix.size() < 2 || prefix[0] != '/' || prefix.back() == '/' ||
            prefix.find("//") != std::string::npos || prefix.find_first_of("?#% ") != std::string::npos)
            refuse("http.prefixes", "\"" + prefix + "\" is not a path such as \"/ws\"");
        if (prefix == "/livez" || prefix == "/readyz") refuse("http.prefixes", "\"" + prefix + "\" is taken");
        if (std::count(prefixes.begin(), prefixes.end(), prefix) > 1)
            refuse("http.prefixes", "\"" + prefix + "\" is there twice");
    }
}

void check_limits(const Limits& limits) {
    if (limits.frame_bytes <= limits.head_bytes)
        refuse("limits.frame_bytes", "must be more than limits.head_bytes, or no frame could have a body");
    if (limits.head_bytes < limits.header_bytes)
        refuse("limits.head_bytes", "must be at least limits.header_bytes, which are part of them");
    if (limits.connect_bytes < 1024)
        refuse("limits.connect_bytes", "must be at least 1024, or no token fits");
    if (limits.outgoing_bytes < limits.frame_bytes)
        refuse("limits.outgoing_bytes",
               "must be at least limits.frame_bytes, or the longest message could not be delivered");
    if (limits.outgoing_total < limits.outgoing_bytes)
        refuse("limits.outgoing_total", "must be at least limits.outgoing_bytes, which are part of it");
    if (limits.send_burst < 1) refuse("limits.send_burst", "must be at least 1, or nothing could be sent");
    if (limits.destination_bytes > limits.header_bytes)
        refuse("limits.destination_bytes",
               "must not be more than limits.header_bytes, for a destination is a header");
}

void check_auth(const Auth& auth) {
    const bool has_secret = !auth.jwt.secret.empty();
    if (!has_secret && !auth.anonymous)
        refuse("auth.jwt.secret_file",
               "is not set, so nobody could log in. Make a secret with\n"
               "    (umask 077; openssl rand -base64 48 > jwt.secret)\n"
               "and set auth.jwt.secret_file = \"jwt.secret\"; the service that logs your users in signs "
               "their tokens "
               "with it (HS256). Or let everybody in with auth.anonymous = true and [[permissions]] for "
               "\"anonymous\".");
    if (has_secret) (void)jwt_settings(auth);
}

void check_history(const Config& config) {
    try {
        const routing::HistoryRules compiled(config.history);
    } catch (const routing::HistoryRuleError& error) {
        throw ConfigError(error.what());
    }
    for (const routing::HistoryRule& rule : config.history)
        if (!rule.stored && rule.bytes > config.limits.history_bytes)
            throw ConfigError(
                rule.where +
                ": bytes is more than limits.history_bytes, which all histories in memory share");
}

void check_queues(const Config& config) {
    (void)queue_rules(config);
    if (config.queues.memory < config.queues.bytes)
        refuse("queues.memory", "must be at least queues.bytes, which are part of it");
    if (config.queues.prefetch > config.limits.unacked)
        refuse("queues.prefetch", "must not be more than limits.unacked");
}

void check_nats(const Nats& nats) {
    if (nats.tls.certificate_file.empty() != nats.tls.key_file.empty())
        refuse(nats.tls.key_file.empty() ? "nats.tls.key_file" : "nats.tls.certificate_file",
               "is not set, and a certificate goes with its key");
    if (nats.user.empty() && !nats.password.empty())
        refuse("nats.user", "is not set, and nats.password is of a user");
}

}  // namespace

queue::QueueRules queue_rules(const Config& config) {
    const Queues& queues = config.queues;
    if (queues.max_deliveries > queue::QueueRules::kMostDeliveries)
        refuse("queues.max_deliveries", "must be at most " + std::to_string(queue::QueueRules::kMostDeliveries));
    try {
        return {{queues.dead_letter, static_cast<std::uint32_t>(queues.max_deliveries), queues.redelivery_delay},
                config.queue};
    } catch (const queue::QueueRuleError& error) {
        throw ConfigError(error.what());
    }
}

identity::JwtSettings jwt_settings(const Auth& auth) {
    const Jwt& jwt = auth.jwt;
    identity::JwtSettings settings;
    if (jwt.algorithms.empty()) refuse("auth.jwt.algorithms", "is empty; write [\"HS256\"]");
    if (!jwt.secret.empty()) {
        for (const auto& algorithm : jwt.algorithms) {
            try {
                settings.keys.push_back(identity::make_hmac_key(algorithm, jwt.secret));
            } catch (const std::invalid_argument& error) {
                refuse(jwt.secret_file.empty() ? "auth.jwt.secret" : "auth.jwt.secret_file", error.what());
            }
        }
    }
    if (jwt.user_claim.empty())
        refuse("auth.jwt.user_claim", "is empty; the user must come from a claim, usually \"sub\"");
    settings.issuer = jwt.issuer;
    settings.audiences = jwt.audience;
    settings.user_claim = jwt.user_claim;
    settings.name_claim = jwt.name_claim;
    settings.roles_claim = jwt.roles_claim;
    settings.departments_claim = jwt.departments_claim;
    settings.permissions_claim = jwt.permissions_claim;
    settings.leeway = std::chrono::duration_cast<std::chrono::seconds>(jwt.leeway);
    settings.require_expiry = jwt.require_expiry;
    return settings;
}

void validate(const Config& config) {
    check_nats(config.nats);
    check_address("listen.public", config.listen.public_address);
    check_address("listen.admin", config.listen.admin_address);
    check_tls(config);
    check_proxies(config.listen);
    if (config.listen.public_address == config.listen.admin_address &&
        !config.listen.public_address.ends_with(":0"))
        refuse("listen.admin",
               "must not be the same as listen.public: what operators may, clients must not reach");
    check_prefixes(config.http.prefixes);
    check_auth(config.auth);
    if (config.storage.path.empty()) refuse("storage.path", "is empty; name a directory for the data");
    if (config.shards > 64) refuse("shards", "is " + std::to_string(config.shards) + ", but 64 is the most");
    check_limits(config.limits);
    if (config.heartbeat.tolerance < 1)
        refuse("heartbeat.tolerance",
               "must be at least 1, or clients that keep their promise would be dropped");
    if (!config.admin.token.empty() && config.admin.token.size() < 16)
        refuse("admin.token", "has fewer than 16 octets; make one with: openssl rand -base64 24");
    check_history(config);
    check_queues(config);
    try {
        const identity::Permissions compiled(config.permissions);
    } catch (const identity::PermissionError& error) {
        throw ConfigError(error.what());
    }
}

}  // namespace causeway::config
