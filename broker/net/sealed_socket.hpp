// The TLS side of a Connection: opens what comes from the socket, seals what its queue holds, and keeps the
// ciphertext that the socket would not take. Belongs to its connection's thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "broker/net/send_queue.hpp"
#include "broker/net/tls_stream.hpp"

namespace causeway::net {

class SealedSocket {
public:
    explicit SealedSocket(std::unique_ptr<TlsStream> tls) : tls_(std::move(tls)) {}

    // What came from the socket; answers of the handshake wait for the next flush().
    [[nodiscard]] TlsStream::State receive(std::string_view sealed,
                                           const std::function<void(std::string_view)>& on_plain);
    // Seals and writes as much as the socket takes.
    [[nodiscard]] SendQueue::Flushed flush(int fd, SendQueue& queue);
    // Nothing follows what was queued.
    void shut() { tls_->shut(waiting_); }
    // The handshake is over.
    [[nodiscard]] bool established() const { return tls_->established(); }
    // Octets that wait and are in no queue.
    [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }
    // Octets that the socket took.
    [[nodiscard]] std::uint64_t written() const { return written_; }

private:
    [[nodiscard]] SendQueue::Flushed write(int fd);

    const std::unique_ptr<TlsStream> tls_;
    std::string waiting_;  // ciphertext
    std::uint64_t written_ = 0;
};

}  // namespace causeway::net
