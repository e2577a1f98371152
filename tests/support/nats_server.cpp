#include "tests/support/nats_server.hpp"

#include <signal.h>

#include <stdexcept>

#include "tests/support/free_port.hpp"
#include "tests/support/socket.hpp"

namespace causeway::test {

namespace {

bool answers(std::uint16_t port) {
    try {
        Socket socket = Socket::connect(port);
        const auto greeting = socket.receive(std::chrono::milliseconds(1000));
        return greeting && greeting->starts_with("INFO ");
    } catch (const SocketError&) {
        return false;
    }
}

}  // namespace

NatsServer::NatsServer(Options options) : options_(std::move(options)), port_(free_port()) {
    if (options_.start == Start::kNow) start();
}

void NatsServer::start() {
    for (int attempt = 0; attempt < 5; ++attempt) {
        if (try_to_start()) return;
        if (port_is_ours_) break;  // others know it by now
        port_ = free_port();
    }
    throw std::runtime_error("nats-server did not start: " + (process_ ? process_->output() : ""));
}

bool NatsServer::try_to_start() {
    std::vector<std::string> argv = {"nats-server", "--addr", "127.0.0.1", "--port", std::to_string(port_)};
    if (options_.jetstream)
        argv.insert(argv.end(), {"--jetstream", "--store_dir", directory_.path().string()});
    argv.insert(argv.end(), options_.arguments.begin(), options_.arguments.end());
    process_ = std::make_unique<Process>(std::move(argv));
    (void)eventually([this] { return answers(port_) || !process_->running(); });
    if (!process_->running()) return false;  // whoever answered was not ours
    return port_is_ours_ = answers(port_);
}

void NatsServer::stop() {
    process_->signal(SIGTERM);
    process_->wait_for_exit();
}

void NatsServer::kill9() { process_->kill9(); }

void NatsServer::restart() {
    kill9();
    start();
}

}  // namespace causeway::test
