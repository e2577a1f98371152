#include "broker/admin/guard.hpp"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <algorithm>
#include <cctype>

#include "broker/admin/problem.hpp"

namespace causeway::admin {

namespace {

std::string lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return out;
}

// "[::1]:8081" and "[::1]" -> "::1", "a.example:80" -> "a.example".
std::string_view without_port(std::string_view host) {
    if (!host.empty() && host[0] == '[') {
        const std::size_t end = host.find(']');
        return end == std::string_view::npos ? std::string_view() : host.substr(1, end - 1);
    }
    return host.substr(0, host.find(':'));
}

bool is_loopback(std::string_view host) {
    if (host == "localhost" || host == "::1") return true;
    // 127.0.0.0/8 as four numbers; a name such as 127.evil.example is not one.
    if (host.substr(0, 4) != "127.") return false;
    return host.find_first_not_of("0123456789.") == std::string_view::npos &&
           std::count(host.begin(), host.end(), '.') == 3;
}

// Digests have one length, so that not even the token's length can be measured.
bool equal_secrets(std::string_view a, std::string_view b) {
    unsigned char left[SHA256_DIGEST_LENGTH];
    unsigned char right[SHA256_DIGEST_LENGTH];
    SHA256(reinterpret_cast<const unsigned char*>(a.data()), a.size(), left);
    SHA256(reinterpret_cast<const unsigned char*>(b.data()), b.size(), right);
    return CRYPTO_memcmp(left, right, sizeof left) == 0;
}

}  // namespace

bool Guard::is_known_host(std::string_view host) const {
    const std::string name = lower(without_port(host));
    if (is_loopback(name)) return true;
    return std::any_of(options_.hosts.begin(), options_.hosts.end(),
                       [&](const std::string& ours) { return lower(ours) == name; });
}

std::optional<Response> Guard::check_browser(const Request& request) const {
    const std::string* host = request.header("host");
    if (!host || !is_known_host(*host))
        return problem(
            403, "host-denied",
            "the Host header names neither a loopback address nor this listener; use its address, or add "
            "the name to admin.hosts");
    const std::string* origin = request.header("origin");
    if (!origin) return std::nullopt;
    const auto& allowed = options_.allowed_origins;
    if (std::find(allowed.begin(), allowed.end(), *origin) != allowed.end()) return std::nullopt;
    return problem(403, "origin-denied",
                   "a web page of another origin may not use the admin API; see admin.allowed_origins");
}

std::optional<Response> Guard::check_token(const Request& request) const {
    constexpr std::string_view kScheme = "bearer ";
    const std::string* header = request.header("authorization");
    const bool has_scheme = header && lower(std::string_view(*header).substr(0, kScheme.size())) == kScheme;
    const std::string_view given =
        has_scheme ? std::string_view(*header).substr(kScheme.size()) : std::string_view();
    if (!options_.token.empty() && !given.empty() && equal_secrets(given, options_.token))
        return std::nullopt;
    std::string_view detail = "send the admin token as Authorization: Bearer";
    if (options_.token.empty())
        detail = "no admin token is configured; set admin.token_file and reload";
    else if (!given.empty())
        detail = "the admin token is not the configured one";
    Response response = problem(401, "auth-failed", detail);
    response.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"causeway admin\"");
    return response;
}

}  // namespace causeway::admin
