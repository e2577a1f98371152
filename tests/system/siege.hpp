// A broker that is badly treated: the canary sings in it all the while, and at the end nothing of the attack
// is left. CAUSEWAY_LONG=1 makes every siege as large as the machine allows.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/broker_process.hpp"
#include "tests/support/certificate.hpp"
#include "tests/support/socket.hpp"
#include "tests/system/canary.hpp"

namespace causeway::test {

inline constexpr std::uint64_t kMiB = 1U << 20U;

[[nodiscard]] bool is_long();
// How large: what every run can afford, or all of it.
[[nodiscard]] inline int sized(int short_form, int long_form) { return is_long() ? long_form : short_form; }

// Everybody may try from one address, SEND as much as he likes, and use /topic/open.
[[nodiscard]] BrokerProcess::Options open_to_strangers(const std::vector<std::string>& set = {});

class Siege {
public:
    enum class Tls : std::uint8_t { kOff, kOn };
    explicit Siege(BrokerProcess::Options options = open_to_strangers(), Tls tls = Tls::kOff);

    // How much more memory than before it has had at any time since. Of a sanitizer's build: nothing.
    [[nodiscard]] std::uint64_t growth() const;
    [[nodiscard]] std::size_t log_lines() const;
    // No more descriptors than before, in time.
    [[nodiscard]] bool lets_go() const;
    // Reads its certificates anew, and has said so.
    void reloads();
    // What is wrong at the end; empty if the canary sings on, lost nothing, and all descriptors are free
    // again.
    [[nodiscard]] std::string outcome();

    [[nodiscard]] std::uint16_t port() const { return broker.port(); }
    [[nodiscard]] std::uint16_t tls_port() const { return tls_port_; }

private:
    TemporaryDirectory directory_;
    Certificate certificate_;
    std::uint16_t tls_port_ = 0;

public:
    BrokerProcess broker;
    Canary canary;
    const ProcessStats before;

private:
    [[nodiscard]] BrokerProcess::Options with_tls(BrokerProcess::Options options, Tls tls);
    const std::uint64_t peak_before_;
};

// ---- strangers ----

// From 127.0.0.`host`, so that many of them are of many addresses. `receive_buffer_bytes` 0: the kernel's.
[[nodiscard]] Socket connect_from(int host, std::uint16_t port, int receive_buffer_bytes = 0);
// A WebSocket that has not said CONNECT.
[[nodiscard]] Socket upgraded(std::uint16_t port);
// How many of the sockets the peer has ended; what it still sends to the others is thrown away.
[[nodiscard]] std::size_t ended(std::vector<Socket>& sockets);
// For the sockets of the test itself: as many as may be, at most `count`. Returns how many there may be.
std::size_t allow_descriptors(std::size_t count);
// Sends until the peer will have no more of it.
template <typename Send>
void until_refused(Send send) {
    try {
        send();
    } catch (const SocketError&) {
    }
}

// ---- octets ----

// A client's frame: `first` is FIN, reserved bits and opcode; masked by zeros.
[[nodiscard]] std::string masked(unsigned first, std::string_view payload);
// The head alone, with a length that may be a lie.
[[nodiscard]] std::string frame_head(unsigned first, std::uint64_t length);
[[nodiscard]] std::string upgrade_request(const std::string& more_lines = {});

}  // namespace causeway::test
