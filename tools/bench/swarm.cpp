#include "tools/bench/swarm.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "tools/bench/process_reading.hpp"
#include "tools/bench/websocket_text.hpp"

namespace causeway::bench {

namespace {

constexpr std::size_t kBlock = 256 * 1024;
constexpr std::size_t kMaxUpgrade = 16 * 1024;
constexpr int kEvents = 512;
// Any 16 bytes: the answer is checked against them, nothing depends on their being secret.
constexpr std::string_view kKey = "Y2F1c2V3YXktYmVuY2gtMQ==";

void raise_descriptor_limit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

Swarm::Swarm(const Options& options, std::uint64_t clients)
    : options_(options),
      target_(resolve(options)),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      clients_(clients),
      block_(std::make_unique<char[]>(kBlock)),
      mask_state_(options.seed * 2 + 1) {
    raise_descriptor_limit();
    for (std::uint64_t i = 0; i < clients; ++i) clients_[i].index = i;
}

Swarm::~Swarm() {
    for (auto& client : clients_)
        if (client.fd >= 0) ::close(client.fd);
    ::close(epoll_);
}

std::uint32_t Swarm::next_mask() {
    mask_state_ = mask_state_ * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<std::uint32_t>(mask_state_ >> 32);
}

void Swarm::watch(Client& client, bool writing, int operation) {
    client.waits_to_write = writing;
    epoll_event event{};
    event.events = EPOLLIN | (writing ? EPOLLOUT : 0U);
    event.data.u64 = client.index;
    epoll_ctl(epoll_, operation, client.fd, &event);
}

void Swarm::open(Client& client) {
    client.fd = socket(target_.address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    client.opened_at = now_ns();
    client.state = ClientState::kConnecting;
    ++connecting_;
    if (client.fd < 0) return trouble(client, std::string("no socket: ") + std::strerror(errno));
    const int yes = 1;
    setsockopt(client.fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    const int result =
        connect(client.fd, reinterpret_cast<const sockaddr*>(&target_.address), target_.length);
    if (result != 0 && errno != EINPROGRESS)
        return trouble(client, std::string("connect: ") + std::strerror(errno));
    watch(client, true, EPOLL_CTL_ADD);
}

void Swarm::send(Client& client, std::string_view frame) {
    if (client.fd < 0) return;
    append_masked(client.out, Opcode::kText, frame, next_mask());
    if (client.dirty) return;
    client.dirty = true;
    dirty_.push_back(client.index);
}

void Swarm::close(Client& client) {
    if (client.fd < 0) return;
    client.state = ClientState::kLeaving;
    finish(client, "");
}

void Swarm::trouble(Client& client, std::string why) {
    if (client.state != ClientState::kLeaving && first_trouble_.empty())
        first_trouble_ = "connection " + std::to_string(client.index) + ": " + why;
    finish(client, why);
}

void Swarm::finish(Client& client, std::string_view why) {
    const ClientState was = client.state;
    if (was == ClientState::kClosed) return;
    if (client.fd >= 0) ::close(client.fd);
    client.fd = -1;
    client.state = ClientState::kClosed;
    client.out.clear();
    client.in.clear();
    client.fragments.clear();
    client.text.clear();
    const bool was_connected = was == ClientState::kConnected || was == ClientState::kLeaving;
    if (was_connected)
        --connected_;
    else
        --connecting_;
    listener_->on_closed(client, was == ClientState::kLeaving, why);
}

void Swarm::turn(std::uint64_t until) {
    // Flushing may close a client, and the listener may then send to others: by index, to the end.
    for (std::size_t i = 0; i < dirty_.size(); ++i) {
        Client& client = clients_[dirty_[i]];
        client.dirty = false;
        if (client.fd >= 0 && !client.waits_to_write) flush(client);
    }
    dirty_.clear();
    const std::uint64_t now = now_ns();
    const std::uint64_t wait = until > now ? std::min<std::uint64_t>(until - now, 100'000'000) : 0;
    const timespec timeout{0, static_cast<long>(wait)};
    epoll_event events[kEvents];
    const int count = epoll_pwait2(epoll_, events, kEvents, &timeout, nullptr);
    for (int i = 0; i < count; ++i) {
        Client& client = clients_[events[i].data.u64];
        if (client.fd >= 0) on_event(client, events[i].events);
    }
}

void Swarm::on_event(Client& client, std::uint32_t events) {
    if (events & EPOLLOUT) on_writable(client);
    if (client.fd >= 0 && (events & (EPOLLIN | EPOLLHUP | EPOLLERR))) on_readable(client);
}

void Swarm::on_writable(Client& client) {
    if (client.state == ClientState::kConnecting) {
        int error = 0;
        socklen_t length = sizeof error;
        getsockopt(client.fd, SOL_SOCKET, SO_ERROR, &error, &length);
        if (error != 0) return trouble(client, std::string("connect: ") + std::strerror(error));
        client.state = ClientState::kUpgrading;
        client.out = upgrade_request(target_.authority, target_.path, kKey, options_.subprotocol, "");
    }
    flush(client);
}

void Swarm::flush(Client& client) {
    std::size_t sent = 0;
    while (sent < client.out.size()) {
        const ssize_t count =
            ::send(client.fd, client.out.data() + sent, client.out.size() - sent, MSG_NOSIGNAL);
        if (count < 0 && (errno == EAGAIN || errno == EINTR)) break;
        if (count < 0) return trouble(client, std::string("send: ") + std::strerror(errno));
        sent += static_cast<std::size_t>(count);
    }
    client.out.erase(0, sent);
    if (client.out.empty()) client.out.shrink_to_fit();
    if (client.waits_to_write != !client.out.empty()) watch(client, !client.out.empty(), EPOLL_CTL_MOD);
}

void Swarm::on_readable(Client& client) {
    const ssize_t count = recv(client.fd, block_.get(), kBlock, 0);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (count < 0) return trouble(client, std::string("receive: ") + std::strerror(errno));
    if (count == 0) return trouble(client, "closed by the broker");
    const std::string_view fresh(block_.get(), static_cast<std::size_t>(count));
    if (client.in.empty()) return take(client, fresh);
    client.in += fresh;
    const std::string whole = std::move(client.in);
    client.in.clear();
    take(client, whole);
}

void Swarm::take(Client& client, std::string_view bytes) {
    if (client.state == ClientState::kUpgrading && !take_upgrade(client, bytes)) return;
    take_websocket(client, bytes);
    if (client.fd >= 0) client.in.assign(bytes);
}

// True once the upgrade is done and its bytes are taken off.
bool Swarm::take_upgrade(Client& client, std::string_view& bytes) {
    const std::size_t end = bytes.find("\r\n\r\n");
    if (end == std::string_view::npos) {
        if (bytes.size() > kMaxUpgrade)
            trouble(client, "an endless answer to the upgrade");
        else
            client.in.assign(bytes);
        return false;
    }
    const std::string_view head = bytes.substr(0, end);
    static const std::string kAccept = accept_for(kKey);
    if (head.substr(0, 12) != "HTTP/1.1 101" || head.find(kAccept) == std::string_view::npos) {
        trouble(client, "the upgrade was refused: " + std::string(head.substr(0, head.find('\r'))));
        return false;
    }
    bytes.remove_prefix(end + 4);
    client.state = ClientState::kLoggingIn;
    log_in(client);
    return true;
}

void Swarm::log_in(Client& client) {
    const std::uint64_t id = client.index + options_.first_id;
    const auto expand = [&](std::string pattern) {
        if (!options_.tokens.empty())
            pattern = replaced(std::move(pattern), "{token}",
                               options_.tokens[id % options_.tokens.size()]);
        return replaced(std::move(pattern), "{i}", id);
    };
    FrameHeaders headers{{"accept-version", "1.2"},
                         {"host", options_.vhost.empty() ? target_.host : options_.vhost},
                         {"heart-beat", "0,0"}};
    if (!options_.login.empty()) headers.emplace_back("login", expand(options_.login));
    if (!options_.passcode.empty()) headers.emplace_back("passcode", expand(options_.passcode));
    for (const auto& [name, value] : options_.connect_headers) headers.emplace_back(name, expand(value));
    send(client, encode_frame("CONNECT", headers));
}

void Swarm::take_websocket(Client& client, std::string_view& bytes) {
    WebsocketFrame frame;
    while (client.fd >= 0) {
        const WebsocketState state = read_websocket(bytes, frame);
        if (state == WebsocketState::kNeedMore) return;
        if (state == WebsocketState::kBroken) {
            ++protocol_errors_;
            return trouble(client, "not a WebSocket frame of a server");
        }
        if (frame.opcode == Opcode::kPing) {
            append_masked(client.out, Opcode::kPong, frame.payload, next_mask());
            flush(client);
        } else if (frame.opcode == Opcode::kClose) {
            const std::string_view reason =
                frame.payload.size() > 2 ? frame.payload.substr(2) : std::string_view();
            return trouble(client, "closed by the broker: " + std::string(reason));
        } else if (frame.opcode != Opcode::kPong) {
            if (frame.final && client.fragments.empty()) {
                take_message(client, frame.payload);
                continue;
            }
            client.fragments += frame.payload;
            if (!frame.final) continue;
            const std::string message = std::move(client.fragments);
            client.fragments.clear();
            take_message(client, message);
        }
    }
}

void Swarm::take_message(Client& client, std::string_view payload) {
    if (client.text.empty()) {
        take_stomp(client, payload);
        if (client.fd >= 0) client.text.assign(payload);
        return;
    }
    client.text += payload;
    const std::string whole = std::move(client.text);
    client.text.clear();
    std::string_view rest = whole;
    take_stomp(client, rest);
    if (client.fd >= 0) client.text.assign(rest);
}

void Swarm::take_stomp(Client& client, std::string_view& bytes) {
    FrameView frame;
    const std::uint64_t now = now_ns();
    while (client.fd >= 0) {
        const ReadState state = read_frame(bytes, frame);
        if (state == ReadState::kNeedMore) return;
        if (state == ReadState::kBroken) {
            ++protocol_errors_;
            return trouble(client, "not a STOMP frame");
        }
        if (frame.command == "ERROR") {
            trouble(client, "ERROR " + std::string(frame.header("message")) + " " +
                                std::string(frame.body.substr(0, 200)));
        } else if (client.state == ClientState::kLoggingIn) {
            if (frame.command != "CONNECTED")
                return trouble(client, "no CONNECTED but " + std::string(frame.command));
            client.state = ClientState::kConnected;
            --connecting_;
            ++connected_;
            connect_times_.record(now - client.opened_at);
            listener_->on_connected(client);
        } else {
            listener_->on_frame(client, frame, now);
        }
    }
}

}  // namespace causeway::bench
