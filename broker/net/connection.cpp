#include "broker/net/connection.hpp"

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cerrno>

namespace causeway::net {

namespace {

// Ciphertext that may wait: more than is sealed at once comes only of answers to a peer that reads none.
constexpr std::size_t kMostSealed = 128 * 1024;
// With less than this waiting nobody is made to leave for others' sake.
constexpr std::size_t kWorthShedding = 32 * 1024;

// Wraps a protocol for EventLoop::bury(), which keeps what may still be on the call stack.
class Buried final : public EventLoop::Source {
public:
    explicit Buried(std::unique_ptr<Protocol> protocol) : protocol_(std::move(protocol)) {}
    void on_ready(bool /*readable*/, bool /*writable*/) override {}

private:
    std::unique_ptr<Protocol> protocol_;
};

}  // namespace

Connection::Connection(ConnectionSet& set, Arrival arrival)
    : set_(set),
      fd_(arrival.fd),
      sealed_(arrival.tls ? std::make_unique<SealedSocket>(std::move(arrival.tls)) : nullptr),
      proxied_(arrival.proxied ? std::make_unique<ProxiedSocket>(std::move(arrival.proxied)) : nullptr),
      peer_(std::move(arrival.peer)),
      stranger_(std::move(arrival.stranger)) {}

Connection::~Connection() {
    if (fd_ >= 0) ::close(fd_);
}

EventLoop& Connection::loop() const { return set_.loop_; }

void Connection::set_protocol(std::unique_ptr<Protocol> protocol) {
    if (protocol_) loop().bury(std::make_unique<Buried>(std::move(protocol_)));
    protocol_ = std::move(protocol);
}

void Connection::send(const FrameRef& frame) {
    if (stage_ != Stage::kOpen || slow_ != Slow::kNo) return;
    if (queue_.push(frame, set_.limits_.queue_bytes))
        mark_dirty();
    else
        tell_slow();
}

void Connection::send_last(const FrameRef& frame) {
    if (stage_ != Stage::kOpen) return;
    [[maybe_unused]] const bool pushed = queue_.push(frame, SIZE_MAX);
    mark_dirty();
}

// Told at the end of the turn: the caller may be in the middle of a fan-out.
void Connection::tell_slow() {
    if (slow_ == Slow::kNo) slow_ = Slow::kToBeTold;
    mark_dirty();
}

void Connection::shed() {
    queue_.keep_begun();
    tell_slow();
}

void Connection::mark_dirty() {
    if (dirty_) return;
    dirty_ = true;
    set_.dirty_.push_back(this);
}

void Connection::flush() {
    dirty_ = false;
    if (stage_ == Stage::kClosed) return;
    if (slow_ == Slow::kToBeTold && stage_ == Stage::kOpen) {
        slow_ = Slow::kTold;
        ++set_.counters_.slow;
        protocol_->on_slow();
        if (stage_ == Stage::kClosed) return;
    }
    const std::uint64_t before = queue_.written();
    const SendQueue::Flushed flushed = sealed_ ? sealed_->flush(fd_, queue_) : queue_.flush(fd_);
    set_.counters_.bytes_out += queue_.written() - before;
    if (flushed == SendQueue::Flushed::kBroken) return abort(Protocol::Gone::kBroken);
    if (flushed == SendQueue::Flushed::kBlocked) return on_blocked();
    if (stage_ == Stage::kFinishing && !shut_) end_writing();
    if (!blocked_ && !tell_drained_) return;
    on_unblocked();
    if (stage_ == Stage::kOpen) protocol_->on_drained();
}

void Connection::end_writing() {
    shut_ = true;
    if (sealed_) {
        sealed_->shut();
        (void)sealed_->flush(fd_, queue_);  // a peer that takes nothing need not be told that nothing follows
    }
    ::shutdown(fd_, SHUT_WR);
}

void Connection::on_unblocked() {
    tell_drained_ = false;
    if (!blocked_) return;
    blocked_ = false;
    stall_.cancel();
    watch(reading_ ? EventLoop::Interest::kRead : EventLoop::Interest::kNothing);
}

void Connection::on_blocked() {
    if (blocked_) return;
    blocked_ = true;
    arrived_at_stall_ = arrived();
    if (stage_ == Stage::kOpen) loop().timers().set(stall_, loop().now() + set_.limits_.stall);
    watch(reading_ ? EventLoop::Interest::kReadWrite : EventLoop::Interest::kWrite);
}

// Our kernel takes more in steps of 64 KiB: in between, what it has handed over is all that tells a slow
// reader from none.
std::uint64_t Connection::arrived() const {
    int kept = 0;
    if (::ioctl(fd_, SIOCOUTQ, &kept) != 0) kept = 0;
    return (sealed_ ? sealed_->written() : queue_.written()) - static_cast<std::uint64_t>(std::max(kept, 0));
}

void Connection::Stall::on_time(Monotonic now) {
    const std::uint64_t arrived = connection.arrived();
    if (arrived == connection.arrived_at_stall_) return connection.tell_slow();
    connection.arrived_at_stall_ = arrived;
    connection.loop().timers().set(*this, now + connection.set_.limits_.stall);
}

void Connection::Deadline::on_time(Monotonic now) {
    if (connection.stage_ == Stage::kOpen) return connection.protocol_->on_deadline(now);
    connection.abort();
}

void Connection::set_deadline(Monotonic due) {
    if (stage_ == Stage::kOpen) loop().timers().set(deadline_, due);
}

void Connection::read_on(bool on) {
    if (reading_ == on || stage_ == Stage::kClosed) return;
    reading_ = on;
    if (blocked_) return watch(on ? EventLoop::Interest::kReadWrite : EventLoop::Interest::kWrite);
    watch(on ? EventLoop::Interest::kRead : EventLoop::Interest::kNothing);
}

void Connection::watch(EventLoop::Interest interest) {
    if (interest == watched_) return;
    watched_ = interest;
    loop().change(fd_, *this, interest);
}

void Connection::finish(Milliseconds linger) {
    if (stage_ != Stage::kOpen) return;
    stage_ = Stage::kFinishing;
    read_on(true);
    stall_.cancel();
    mark_dirty();
    loop().timers().set(deadline_, loop().now() + linger);
    protocol_->on_gone(Protocol::Gone::kOurs);
}

void Connection::abort(Protocol::Gone how) {
    if (stage_ == Stage::kClosed) return;
    const bool told = stage_ == Stage::kFinishing;
    stage_ = Stage::kClosed;
    deadline_.cancel();
    stall_.cancel();
    queue_.clear();
    loop().remove(fd_);
    ::close(fd_);
    fd_ = -1;
    stranger_.reset();
    if (!told && protocol_) protocol_->on_gone(how);
    set_.release(*this);
}

void Connection::on_ready(bool readable, bool writable) {
    if (stage_ == Stage::kClosed) return;
    if (writable && blocked_) flush();
    if (readable && stage_ != Stage::kClosed) read();
}

void Connection::read() {
    const ssize_t count = ::recv(fd_, set_.read_buffer_.data(), set_.read_buffer_.size(), 0);
    if (count < 0) {
        if (errno == EAGAIN || errno == EINTR) return;
        return abort(Protocol::Gone::kBroken);
    }
    if (count == 0) return abort(Protocol::Gone::kPeer);
    set_.counters_.bytes_in += static_cast<std::uint64_t>(count);
    const std::string_view bytes(set_.read_buffer_.data(), static_cast<std::size_t>(count));
    if (proxied_) return introduce(bytes);
    take(bytes);
}

// What follows the header is the client's.
void Connection::introduce(std::string_view bytes) {
    const ProxiedSocket::Read read = proxied_->read(bytes);
    if (read.state == ProxyHeader::State::kNeedMore) return;
    if (read.state == ProxyHeader::State::kBroken) {
        ++set_.counters_.no_proxy_header;
        return abort();
    }
    if (!read.source.empty()) peer_ = read.source;
    stranger_ = proxied_->admit(peer_);
    proxied_.reset();
    if (!stranger_) return abort();
    if (!read.following.empty()) take(read.following);
}

void Connection::take(std::string_view bytes) {
    if (sealed_) return open(bytes);
    if (stage_ == Stage::kOpen) protocol_->on_bytes(bytes);
}

// What the peer must hear of a failed handshake goes out with the end of the turn, if it can.
void Connection::open(std::string_view sealed) {
    const TlsStream::State state = sealed_->receive(sealed, [this](std::string_view plain) {
        if (stage_ == Stage::kOpen) protocol_->on_bytes(plain);
    });
    if (stage_ == Stage::kClosed) return;
    if (state == TlsStream::State::kClosed) return abort(Protocol::Gone::kPeer);
    if (state == TlsStream::State::kBroken) {
        if (!sealed_->established()) ++set_.counters_.no_tls;
        (void)sealed_->flush(fd_, queue_);
        return abort(Protocol::Gone::kBroken);
    }
    if (sealed_->waiting() > kMostSealed) return abort(Protocol::Gone::kBroken);
    if (sealed_->waiting() > 0) mark_dirty();
}

ConnectionSet::~ConnectionSet() { abort_all(); }

Connection& ConnectionSet::adopt(Arrival arrival) {
    const int fd = arrival.fd;
    auto connection = std::make_unique<Connection>(*this, std::move(arrival));
    loop_.add(fd, *connection, EventLoop::Interest::kRead);
    connection->index_ = connections_.size();
    connections_.push_back(std::move(connection));
    ++counters_.opened;
    return *connections_.back();
}

void ConnectionSet::release(Connection& connection) {
    const std::size_t index = connection.index_;
    loop_.bury(std::move(connections_[index]));
    if (index + 1 != connections_.size()) {
        connections_[index] = std::move(connections_.back());
        connections_[index]->index_ = index;
    }
    connections_.pop_back();
}

void ConnectionSet::flush_dirty() {
    // A flush may queue more (a drained replay goes on, a close is answered): until none is dirty.
    do {
        for (std::size_t i = 0; i < dirty_.size(); ++i) dirty_[i]->flush();
        dirty_.clear();
    } while (FrameRef::alive() > limits_.memory_bytes && shed());
}

// False if nobody has much waiting.
bool ConnectionSet::shed() {
    Connection* most = nullptr;
    for (const auto& connection : connections_)
        if (connection->slow_ == Connection::Slow::kNo && connection->open() &&
            connection->queued() >= (most != nullptr ? most->queued() : kWorthShedding))
            most = connection.get();
    if (most != nullptr) most->shed();
    return most != nullptr;
}

void ConnectionSet::abort_all() {
    while (!connections_.empty()) connections_.back()->abort();
    dirty_.clear();
}

void ConnectionSet::drain() {
    // Backwards: one that ends is replaced by the last, which has been told.
    for (std::size_t i = connections_.size(); i-- > 0;)
        if (connections_[i]->open()) connections_[i]->protocol_->on_drain();
}

std::uint64_t ConnectionSet::queued_bytes() const {
    std::uint64_t sum = 0;
    for (const auto& connection : connections_) sum += connection->queued();
    return sum;
}

}  // namespace causeway::net
