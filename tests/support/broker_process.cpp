#include "tests/support/broker_process.hpp"

#include <signal.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#ifndef CAUSEWAY_BINARY
#define CAUSEWAY_BINARY ""
#endif

namespace causeway::test {

namespace {

constexpr const char* kAdminToken = "admin-token-of-the-tests-0123456789abcdef";

std::uint16_t port_after(const std::string& line, const std::string& key) {
    const auto at = line.find(key);
    const auto colon = at == std::string::npos ? at : line.find(':', at);
    if (colon == std::string::npos) throw std::runtime_error("no port after " + key + " in: " + line);
    return static_cast<std::uint16_t>(std::stoul(line.substr(colon + 1)));
}

void write_file(const std::string& path, const std::string& text) {
    std::ofstream file(path);
    file << text;
    if (!file.flush()) throw std::runtime_error("cannot write " + path);
}

}  // namespace

std::string broker_binary() {
    const char* const told = std::getenv("CAUSEWAY_BINARY");
    const std::string path = told ? told : CAUSEWAY_BINARY;
    if (path.empty())
        throw std::runtime_error("no broker to test: build the target causeway or set CAUSEWAY_BINARY");
    return path;
}

std::string causewayctl_binary() {
    return (std::filesystem::path(broker_binary()).parent_path() / "causewayctl").string();
}

BrokerProcess::BrokerProcess(Options options) : options_(std::move(options)) {
    write_file(directory_ / "jwt.secret", kTokenSecret);
    std::filesystem::permissions(directory_ / "jwt.secret", std::filesystem::perms(0600));
    write_file(directory_ / "causeway.toml", options_.config);
    if (options_.start == Start::kNow) start();
}

void BrokerProcess::start() {
    std::vector<std::string> argv = options_.wrapper;
    argv.push_back(broker_binary());
    const auto set = [&argv](const std::string& setting) { argv.insert(argv.end(), {"--set", setting}); };
    if (!options_.config.empty()) argv.insert(argv.end(), {"--config", directory_ / "causeway.toml"});
    set("listen.public=127.0.0.1:" + std::to_string(public_port_));
    set("listen.admin=127.0.0.1:" + std::to_string(admin_port_));
    set("storage.path=" + storage());
    set("auth.jwt.secret_file=" + (directory_ / "jwt.secret"));
    set(std::string("admin.token=") + kAdminToken);
    set("shards=2");
    set("storage.min_free=0");  // how much room the machine has is nothing to most tests
    if (!options_.nats_url.empty()) set("nats.url=" + options_.nats_url);
    for (const auto& setting : options_.set) set(setting);

    process_ = std::make_unique<Process>(std::move(argv));
    const std::string line = process_->wait_for_line("listening public=");
    if (public_port_ != 0) return;  // the same as before, and other threads may read them
    public_port_ = port_after(line, "public=");
    admin_port_ = port_after(line, "admin=");
}

ExitStatus BrokerProcess::stop() {
    process_->signal(SIGTERM);
    return process_->wait_for_exit();
}

void BrokerProcess::restart() {
    kill9();
    start();
}

HttpResponse BrokerProcess::admin_get(const std::string& target) const {
    return admin({"GET", target, {}, ""});
}

HttpResponse BrokerProcess::admin_post(const std::string& target, const std::string& json) const {
    return admin({"POST", target, {{"Content-Type", "application/json"}}, json});
}

HttpResponse BrokerProcess::admin(HttpRequest request) const {
    request.headers.emplace_back("Authorization", std::string("Bearer ") + kAdminToken);
    return http(admin_port_, request);
}

double BrokerProcess::metric(const std::string& sample) const {
    std::istringstream lines(admin_get("/metrics").body);
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with(sample + " ")) return std::stod(line.substr(sample.size() + 1));
    throw std::runtime_error("no " + sample + " in /metrics");
}

}  // namespace causeway::test
