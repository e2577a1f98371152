#include "broker/net/sealed_socket.hpp"

#include <sys/socket.h>

#include <array>
#include <cerrno>

namespace causeway::net {

namespace {

constexpr std::size_t kRecord = 16 * 1024;
constexpr std::size_t kAtOnce = 64 * 1024;  // sealed before the socket is asked again

}  // namespace

TlsStream::State SealedSocket::receive(std::string_view sealed,
                                       const std::function<void(std::string_view)>& on_plain) {
    return tls_->receive(sealed, on_plain, waiting_);
}

SendQueue::Flushed SealedSocket::flush(int fd, SendQueue& queue) {
    static thread_local std::array<char, kRecord> plain;
    if (!tls_->established()) {
        queue.clear();  // nobody is there yet to whom it could be said
        return write(fd);
    }
    while (true) {
        while (!queue.empty() && waiting_.size() < kAtOnce) {
            const std::size_t size = queue.take(plain.data(), plain.size());
            if (tls_->seal({plain.data(), size}, waiting_) != TlsStream::State::kOpen)
                return SendQueue::Flushed::kBroken;
        }
        if (const auto written = write(fd); written != SendQueue::Flushed::kAll) return written;
        if (queue.empty()) return SendQueue::Flushed::kAll;
    }
}

SendQueue::Flushed SealedSocket::write(int fd) {
    std::size_t done = 0;
    auto result = SendQueue::Flushed::kAll;
    while (done < waiting_.size()) {
        const ssize_t sent = ::send(fd, waiting_.data() + done, waiting_.size() - done, MSG_NOSIGNAL);
        if (sent >= 0) {
            done += static_cast<std::size_t>(sent);
        } else if (errno != EINTR) {
            const bool full = errno == EAGAIN || errno == EWOULDBLOCK;
            result = full ? SendQueue::Flushed::kBlocked : SendQueue::Flushed::kBroken;
            break;
        }
    }
    written_ += done;
    if (done == waiting_.size())
        std::string().swap(waiting_);
    else
        waiting_.erase(0, done);
    return result;
}

}  // namespace causeway::net
