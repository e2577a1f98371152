#include "tests/support/reverse_proxy.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

namespace causeway::test {

namespace {

constexpr const char* kHaproxy = R"(
global
    log stderr format raw local0 notice
defaults
    mode http
    log global
    timeout connect 30s
    timeout client 2s
    timeout server 30s
    timeout http-request 2s
    timeout http-keep-alive 2s
    retries 0
    option accept-invalid-http-request
    option accept-invalid-http-response
    http-reuse always
frontend clients
    bind unix@DIRECTORY/proxy.sock
    http-request deny if { path_sub forbidden }
    default_backend broker
backend broker
    server one 127.0.0.1:PORT maxconn 2
)";

constexpr const char* kNginx = R"(
daemon off;
master_process off;
pid DIRECTORY/pid;
error_log stderr warn;
events {}
http {
    access_log off;
    client_header_timeout 2s;
    client_body_timeout 2s;
    keepalive_timeout 2s;
    client_body_temp_path DIRECTORY/body;
    proxy_temp_path DIRECTORY/proxied;
    fastcgi_temp_path DIRECTORY/fastcgi;
    uwsgi_temp_path DIRECTORY/uwsgi;
    scgi_temp_path DIRECTORY/scgi;
    ignore_invalid_headers off;
    underscores_in_headers on;
    upstream broker { server 127.0.0.1:PORT; keepalive 2; }
    map $http_upgrade $upgraded { default upgrade; '' ''; }
    server {
        listen unix:DIRECTORY/proxy.sock;
        location ~ forbidden { return 403; }
        location / {
            proxy_pass http://broker;
            proxy_http_version 1.1;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection $upgraded;
            proxy_request_buffering off;
            proxy_read_timeout 30s;
        }
    }
}
)";

std::string filled_in(std::string text, const std::string& directory, std::uint16_t port) {
    const auto replace = [&text](const std::string& name, const std::string& value) {
        for (auto at = text.find(name); at != std::string::npos; at = text.find(name, at + value.size()))
            text.replace(at, name.size(), value);
    };
    replace("DIRECTORY", directory);
    replace("PORT", std::to_string(port));
    return text;
}

// Debian keeps servers where a user's PATH may not look.
std::optional<std::string> program(const std::string& name) {
    const char* const path = std::getenv("PATH");
    std::istringstream folders(std::string(path != nullptr ? path : "") + ":/usr/sbin:/usr/local/sbin");
    for (std::string folder; std::getline(folders, folder, ':');)
        if (const std::string file = folder + "/" + name; ::access(file.c_str(), X_OK) == 0) return file;
    return std::nullopt;
}

const char* name_of(ReverseProxy::Kind kind) {
    return kind == ReverseProxy::Kind::kHaproxy ? "haproxy" : "nginx";
}

}  // namespace

std::unique_ptr<ReverseProxy> ReverseProxy::start(Kind kind, std::uint16_t broker_port) {
    if (!program(name_of(kind))) return nullptr;
    return std::make_unique<ReverseProxy>(kind, broker_port);
}

ReverseProxy::ReverseProxy(Kind kind, std::uint16_t broker_port) {
    const std::string folder = directory_.path().string();
    const std::string file = directory_ / "proxy.conf";
    const bool haproxy = kind == Kind::kHaproxy;
    std::ofstream(file) << filled_in(haproxy ? kHaproxy : kNginx, folder, broker_port);
    const std::string binary = program(name_of(kind)).value();
    process_ =
        std::make_unique<Process>(haproxy ? std::vector<std::string>{binary, "-db", "-f", file}
                                          : std::vector<std::string>{binary, "-p", folder, "-c", file});
    const bool taken = eventually([this] { return !process_->running() || try_connect().has_value(); });
    if (!taken || !process_->running())
        throw std::runtime_error(std::string(name_of(kind)) + " does not start:\n" + log());
}

std::optional<Socket> ReverseProxy::try_connect() const {
    Socket made(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string path = directory_ / "proxy.sock";
    if (path.size() >= sizeof address.sun_path) throw SocketError("too long for a socket: " + path);
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    if (::connect(made.descriptor(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        return std::nullopt;
    (void)::fcntl(made.descriptor(), F_SETFL, O_NONBLOCK);
    return made;
}

Socket ReverseProxy::connect() const {
    auto socket = try_connect();
    if (!socket) throw SocketError(std::string("the proxy takes nobody: ") + std::strerror(errno));
    return std::move(*socket);
}

std::string ReverseProxy::answers(const std::string& octets) const {
    Socket socket = connect();
    std::string all;
    try {
        socket.send(octets);
        while (const auto more = socket.receive()) {
            if (more->empty()) break;
            all += *more;
        }
    } catch (const SocketError&) {  // reset: it had enough
    }
    return all;
}

}  // namespace causeway::test
