// A real HTTP proxy, haproxy or nginx, in front of a broker: set to pass on as much as it can, on a socket
// file, with a rule that lets nothing through whose path has "forbidden". It gives up within seconds who
// sends half a request.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "tests/support/process.hpp"
#include "tests/support/socket.hpp"
#include "tests/support/temporary_directory.hpp"

namespace causeway::test {

class ReverseProxy {
public:
    enum class Kind : std::uint8_t { kHaproxy, kNginx };

    // Takes requests. Null if there is no such program here; throws, with its output, if it does not start.
    [[nodiscard]] static std::unique_ptr<ReverseProxy> start(Kind kind, std::uint16_t broker_port);

    ReverseProxy(Kind kind, std::uint16_t broker_port);
    // A connection to it.
    [[nodiscard]] Socket connect() const;
    // All that it answers to these octets, until it ends the connection.
    [[nodiscard]] std::string answers(const std::string& octets) const;
    [[nodiscard]] std::string log() const { return process_->output(); }

private:
    [[nodiscard]] std::optional<Socket> try_connect() const;

    TemporaryDirectory directory_;
    std::unique_ptr<Process> process_;
};

}  // namespace causeway::test
