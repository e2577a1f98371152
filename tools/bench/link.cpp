#include "tools/bench/link.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace causeway::bench {

namespace {

std::string trouble(const char* doing, int error) { return std::string(doing) + ": " + std::strerror(error); }

}  // namespace

std::string Link::open(const Target& target, std::unique_ptr<TlsClient> tls) {
    fd_ = socket(target.address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd_ < 0) return trouble("no socket", errno);
    ++opened_;
    stage_ = Stage::kConnecting;
    out_.clear();
    tls_ = std::move(tls);
    const int yes = 1;
    setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    const int result = connect(fd_, reinterpret_cast<const sockaddr*>(&target.address), target.length);
    return result == 0 || errno == EINPROGRESS ? std::string() : trouble("connect", errno);
}

void Link::close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
    blocked_ = false;
    std::string().swap(out_);
    tls_.reset();
}

std::string Link::flush() {
    if (stage_ == Stage::kConnecting) {
        int error = 0;
        socklen_t length = sizeof error;
        getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &length);
        if (error != 0) return trouble("connect", error);
        stage_ = tls_ ? Stage::kSealing : Stage::kOpen;
    }
    if (!tls_) return write(out_);
    if (stage_ == Stage::kOpen) {
        tls_->seal(out_);
        std::string().swap(out_);
    }
    return write(tls_->sealed());
}

std::string Link::write(std::string& octets) {
    std::size_t sent = 0;
    while (sent < octets.size()) {
        const ssize_t count = ::send(fd_, octets.data() + sent, octets.size() - sent, MSG_NOSIGNAL);
        if (count < 0 && (errno == EAGAIN || errno == EINTR)) break;
        if (count < 0) return trouble("send", errno);
        sent += static_cast<std::size_t>(count);
    }
    if (sent == octets.size())
        std::string().swap(octets);
    else
        octets.erase(0, sent);
    blocked_ = !octets.empty();
    return {};
}

bool Link::was_answered() const {
    return !waits() && tls_ && (!tls_->sealed().empty() || (stage_ == Stage::kOpen && !out_.empty()));
}

Link::Received Link::receive(char* block, std::size_t size, std::string& room) {
    const ssize_t count = recv(fd_, block, size, 0);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return {};
    if (count < 0) return {{}, trouble("receive", errno)};
    if (count == 0) return {{}, "closed by the broker"};
    const std::string_view bytes(block, static_cast<std::size_t>(count));
    if (!tls_) return {bytes, {}};
    TlsClient::Received received = tls_->receive(bytes, room);
    if (stage_ == Stage::kSealing && tls_->established()) stage_ = Stage::kOpen;
    return {received.plain, std::move(received.trouble)};
}

}  // namespace causeway::bench
