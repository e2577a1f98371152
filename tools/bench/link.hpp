// One connection of a client: a socket that does not block, TLS over it where the target wants that, and what
// waits to be written. Knows nothing of what the octets mean. When something fails it says why, and is to be
// closed.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "tools/bench/target.hpp"
#include "tools/bench/tls_client.hpp"

namespace causeway::bench {

class Link {
public:
    Link() = default;
    ~Link() { close(); }
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;

    // Begins to connect; `tls` is null without TLS. Why not, or nothing.
    [[nodiscard]] std::string open(const Target& target, std::unique_ptr<TlsClient> tls);
    void close();
    [[nodiscard]] bool is_open() const { return fd_ >= 0; }
    [[nodiscard]] int fd() const { return fd_; }
    // How often: a number for what open() made.
    [[nodiscard]] std::uint64_t opened() const { return opened_; }

    // Appended to by whoever has something to say, also before it is connected.
    [[nodiscard]] std::string& out() { return out_; }

    // Writes as much as the socket takes. While waits(), it can: and is connected, if it was not yet.
    [[nodiscard]] std::string flush();
    // flush() is wanted once the socket can be written to, and not before.
    [[nodiscard]] bool waits() const { return stage_ == Stage::kConnecting || blocked_; }
    // What came has made something to write: flush() is wanted, unless it waits().
    [[nodiscard]] bool was_answered() const;

    struct Received {
        std::string_view bytes;  // in `block` or in `room`
        std::string trouble;     // what happened behind them, or nothing
    };
    [[nodiscard]] Received receive(char* block, std::size_t size, std::string& room);

private:
    enum class Stage : std::uint8_t { kConnecting, kSealing, kOpen };
    [[nodiscard]] std::string write(std::string& octets);

    int fd_ = -1;
    std::uint64_t opened_ = 0;
    Stage stage_ = Stage::kConnecting;
    bool blocked_ = false;
    std::string out_;
    std::unique_ptr<TlsClient> tls_;
};

}  // namespace causeway::bench
