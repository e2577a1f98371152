// The real broker as a child process, with a storage directory of its own that outlives its kills. Ports are
// the kernel's choice at the first start and kept after that, so that clients can come back.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/http.hpp"
#include "tests/support/process.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/token.hpp"

namespace causeway::test {

// The program under test …
[[nodiscard]] std::string broker_binary();
// … and the one for operators, which is built beside it.
[[nodiscard]] std::string causewayctl_binary();

class BrokerProcess {
public:
    enum class Start : std::uint8_t { kNow, kLater };
    struct Options {
        std::vector<std::string> set;  // "section.key=value", above what the fixture sets
        std::string config;            // TOML, for what --set cannot say, such as rules
        std::string nats_url;          // empty: no NATS
        Start start = Start::kNow;
        std::vector<std::string> wrapper;  // a program that becomes the broker: {"prlimit", "--nofile=256"}
    };

    BrokerProcess() : BrokerProcess(Options{}) {}
    explicit BrokerProcess(Options options);

    // Returns when it listens and is ready. Throws, with its log, if that does not come.
    void start();
    // SIGTERM, and waits.
    ExitStatus stop();
    void kill9() { process_->kill9(); }
    void restart();  // kill9() and start()

    [[nodiscard]] std::uint16_t port() const { return public_port_; }
    [[nodiscard]] std::uint16_t admin_port() const { return admin_port_; }
    [[nodiscard]] std::string storage() const { return directory_ / "data"; }
    [[nodiscard]] Process& process() { return *process_; }
    [[nodiscard]] const Process& process() const { return *process_; }
    [[nodiscard]] std::string log() const { return process_->output(); }

    // On the admin listener, with its token.
    [[nodiscard]] HttpResponse admin_get(const std::string& target) const;
    [[nodiscard]] HttpResponse admin_post(const std::string& target, const std::string& json) const;
    // The value of a sample in /metrics, as `name{label="x"}` is printed there. Throws if it is not there.
    [[nodiscard]] double metric(const std::string& sample) const;

private:
    [[nodiscard]] HttpResponse admin(HttpRequest request) const;

    Options options_;
    TemporaryDirectory directory_;
    std::uint16_t public_port_ = 0;
    std::uint16_t admin_port_ = 0;
    std::unique_ptr<Process> process_;
};

}  // namespace causeway::test
