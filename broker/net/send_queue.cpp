#include "broker/net/send_queue.hpp"

#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

namespace causeway::net {

namespace {

// What one system call is given: large frames where they lie, runs of small ones copied together, because
// the kernel takes longer over a part of its own than over the octets of a small frame.
class Gathered {
public:
    // False when there is no room for more.
    bool add(std::string_view bytes) {
        if (count_ == parts_.size()) return false;
        if (bytes.size() > kSmall) {
            parts_[count_++] = {const_cast<char*>(bytes.data()), bytes.size()};
            return true;
        }
        if (copied_ + bytes.size() > copies_.size()) return false;
        char* const at = copies_.data() + copied_;
        std::memcpy(at, bytes.data(), bytes.size());
        copied_ += bytes.size();
        if (count_ > 0 && static_cast<char*>(parts_[count_ - 1].iov_base) + parts_[count_ - 1].iov_len == at)
            parts_[count_ - 1].iov_len += bytes.size();
        else
            parts_[count_++] = {at, bytes.size()};
        return true;
    }

    [[nodiscard]] ssize_t send(int fd) {
        msghdr message{};
        message.msg_iov = parts_.data();
        message.msg_iovlen = count_;
        return ::sendmsg(fd, &message, MSG_NOSIGNAL);
    }

    void clear() { count_ = copied_ = 0; }

private:
    static constexpr std::size_t kSmall = 1024;

    std::array<iovec, 64> parts_;
    std::array<char, 64 * 1024> copies_;
    std::size_t count_ = 0;
    std::size_t copied_ = 0;
};

}  // namespace

SendQueue::Flushed SendQueue::flush(int fd) {
    static thread_local Gathered gathered;
    while (bytes_ > 0) {
        gathered.clear();
        std::size_t offset = offset_;
        for (std::size_t i = first_; i < frames_.size(); ++i) {
            if (!gathered.add(frames_[i].bytes().substr(offset))) break;
            offset = 0;
        }
        const ssize_t sent = gathered.send(fd);
        if (sent < 0) {
            if (errno == EINTR) continue;
            return errno == EAGAIN || errno == EWOULDBLOCK ? Flushed::kBlocked : Flushed::kBroken;
        }
        drop_written(static_cast<std::size_t>(sent));
    }
    return Flushed::kAll;
}

std::size_t SendQueue::take(char* to, std::size_t size) {
    std::size_t taken = 0;
    std::size_t offset = offset_;
    for (std::size_t i = first_; i < frames_.size() && taken < size; ++i) {
        const std::string_view part = frames_[i].bytes().substr(offset, size - taken);
        std::memcpy(to + taken, part.data(), part.size());
        taken += part.size();
        offset = 0;
    }
    drop_written(taken);
    return taken;
}

void SendQueue::drop_written(std::size_t count) {
    bytes_ -= count;
    written_ += count;
    if (bytes_ == 0) {
        const std::uint64_t written = written_;
        clear();
        written_ = written;
        return;
    }
    count += offset_;
    while (count > 0 && count >= frames_[first_].size()) {
        count -= frames_[first_].size();
        frames_[first_++] = FrameRef();
    }
    offset_ = count;
    if (first_ > 1024) {
        frames_.erase(frames_.begin(), frames_.begin() + static_cast<std::ptrdiff_t>(first_));
        first_ = 0;
    }
}

void SendQueue::keep_begun() {
    if (offset_ == 0) return clear();
    FrameRef begun = frames_[first_];
    const std::size_t offset = offset_;
    clear();
    bytes_ = begun.size() - offset;
    offset_ = offset;
    frames_.push_back(std::move(begun));
}

void SendQueue::clear() {
    std::vector<FrameRef>().swap(frames_);
    first_ = offset_ = bytes_ = 0;
}

}  // namespace causeway::net
