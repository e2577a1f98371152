// A real nats-server on 127.0.0.1, on one port for its whole life, however often it is killed.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/process.hpp"
#include "tests/support/temporary_directory.hpp"

namespace causeway::test {

class NatsServer {
public:
    enum class Start : std::uint8_t { kNow, kLater };
    struct Options {
        Start start = Start::kNow;
        bool jetstream = false;
        std::vector<std::string> arguments;  // more of them, such as --user
    };

    NatsServer() : NatsServer(Options{}) {}
    explicit NatsServer(Options options);

    // Returns when it answers. Throws if it does not.
    void start();
    void stop();  // SIGTERM, and waits
    void kill9();
    void pause() { process_->pause(); }
    void resume() { process_->resume(); }
    void restart();  // kill9() and start()

    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] std::string url() const { return "nats://127.0.0.1:" + std::to_string(port_); }
    [[nodiscard]] Process& process() { return *process_; }

private:
    [[nodiscard]] bool try_to_start();

    Options options_;
    TemporaryDirectory directory_;
    std::uint16_t port_;
    bool port_is_ours_ = false;
    std::unique_ptr<Process> process_;
};

}  // namespace causeway::test
