#include "tools/bench/swarm.hpp"

#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

#include "tools/bench/process_reading.hpp"

namespace causeway::bench {

namespace {

constexpr std::size_t kBlock = 256 * 1024;
constexpr int kEvents = 512;

void raise_descriptor_limit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

// Client and lane as one number, for epoll and for the list of what is to be written.
std::uint64_t tag_of(const Client& client, Lane lane) {
    return client.index * kLanes + static_cast<std::uint64_t>(lane);
}
std::uint64_t index_in(std::uint64_t tag) { return tag / kLanes; }
Lane lane_in(std::uint64_t tag) { return static_cast<Lane>(tag % kLanes); }
Client::End& end_of(Client& client, Lane lane) { return client.ends[static_cast<std::size_t>(lane)]; }

}  // namespace

class Swarm::ClientPort final : public Port {
public:
    ClientPort(Swarm& swarm, Client& client) : swarm_(swarm), client_(client) {}

    std::string& out(Lane lane) override {
        Client::End& end = end_of(client_, lane);
        if (!end.link.is_open()) swarm_.connect(client_, lane);
        if (!end.dirty) {
            end.dirty = true;
            swarm_.dirty_.push_back(tag_of(client_, lane));
        }
        return end.link.out();
    }
    void drop(Lane lane) override { end_of(client_, lane).link.close(); }
    void on_open() override {
        client_.state = ClientState::kLoggingIn;
        swarm_.log_in(client_);
    }
    void on_text(std::string_view text) override {
        feed(client_.text, text, [this](std::string_view& rest) { swarm_.take_stomp(client_, rest); });
    }
    void on_ended(std::string why) override { swarm_.trouble(client_, std::move(why)); }
    void on_broken(std::string what) override {
        ++swarm_.protocol_errors_;
        swarm_.trouble(client_, std::move(what));
    }
    [[nodiscard]] bool is_alive() const override { return client_.state != ClientState::kClosed; }

private:
    Swarm& swarm_;
    Client& client_;
};

Swarm::Swarm(const Options& options, std::uint64_t clients)
    : options_(options),
      target_(resolve(options)),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      tls_(target_.tls ? std::make_unique<TlsClients>(target_.host, options.insecure) : nullptr),
      parts_{options_, target_, options.seed * 2 + 1, {}, {}},
      clients_(clients),
      block_(std::make_unique<char[]>(kBlock)) {
    raise_descriptor_limit();
    for (std::uint64_t i = 0; i < clients; ++i) {
        clients_[i].index = i;
        clients_[i].port = std::make_unique<ClientPort>(*this, clients_[i]);
    }
}

Swarm::~Swarm() { ::close(epoll_); }

// ---- connections ----

void Swarm::watch(Client& client, Lane lane, int operation) {
    Client::End& end = end_of(client, lane);
    end.watching = end.link.waits();
    epoll_event event{};
    event.events = EPOLLIN | (end.watching ? EPOLLOUT : 0U);
    event.data.u64 = tag_of(client, lane);
    epoll_ctl(epoll_, operation, end.link.fd(), &event);
}

void Swarm::open(Client& client) {
    client.text.clear();
    client.opened_at = now_ns();
    client.state = ClientState::kConnecting;
    ++connecting_;
    client.carrier = make_carrier(parts_, *client.port);
    client.carrier->start();
}

void Swarm::connect(Client& client, Lane lane) {
    Link& link = end_of(client, lane).link;
    std::string why = link.open(target_, tls_ ? tls_->make() : nullptr);
    if (!why.empty()) return trouble(client, std::move(why));
    watch(client, lane, EPOLL_CTL_ADD);
}

void Swarm::send(Client& client, std::string_view frame) {
    if (client.state != ClientState::kClosed) client.carrier->send(frame);
}

void Swarm::close(Client& client) {
    if (client.state == ClientState::kClosed) return;
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
    for (Client::End& end : client.ends) end.link.close();
    client.state = ClientState::kClosed;
    const bool was_connected = was == ClientState::kConnected || was == ClientState::kLeaving;
    if (was_connected)
        --connected_;
    else
        --connecting_;
    listener_->on_closed(client, was == ClientState::kLeaving, why);
}

// ---- the loop ----

void Swarm::turn(std::uint64_t until) {
    // Flushing may close a client, and the listener may then send to others: by index, to the end.
    for (std::size_t i = 0; i < dirty_.size(); ++i) {
        Client& client = clients_[index_in(dirty_[i])];
        const Lane lane = lane_in(dirty_[i]);
        end_of(client, lane).dirty = false;
        const Link& link = end_of(client, lane).link;
        if (link.is_open()) client.carrier->before_write(lane);
        if (link.is_open() && !link.waits()) flush(client, lane);
    }
    dirty_.clear();
    const std::uint64_t now = now_ns();
    const std::uint64_t wait = until > now ? std::min<std::uint64_t>(until - now, 100'000'000) : 0;
    const timespec timeout{0, static_cast<long>(wait)};
    epoll_event events[kEvents];
    const int count = epoll_pwait2(epoll_, events, kEvents, &timeout, nullptr);
    for (int i = 0; i < count; ++i)
        on_event(clients_[index_in(events[i].data.u64)], lane_in(events[i].data.u64), events[i].events);
}

void Swarm::on_event(Client& client, Lane lane, std::uint32_t events) {
    Link& link = end_of(client, lane).link;
    if (link.is_open() && (events & EPOLLOUT)) flush(client, lane);
    if (link.is_open() && (events & (EPOLLIN | EPOLLHUP | EPOLLERR))) on_readable(client, lane);
}

void Swarm::flush(Client& client, Lane lane) {
    Client::End& end = end_of(client, lane);
    std::string why = end.link.flush();
    if (!why.empty()) return trouble(client, std::move(why));
    if (end.watching != end.link.waits()) watch(client, lane, EPOLL_CTL_MOD);
}

void Swarm::on_readable(Client& client, Lane lane) {
    Link& link = end_of(client, lane).link;
    const std::uint64_t opened = link.opened();
    const auto received = link.receive(block_.get(), kBlock, room_);
    if (!received.bytes.empty()) client.carrier->on_bytes(lane, received.bytes);
    if (!link.is_open() || link.opened() != opened) return;
    if (!received.trouble.empty()) {
        if (!client.carrier->may_close(lane)) return trouble(client, received.trouble);
        return link.close();
    }
    if (link.was_answered()) flush(client, lane);
}

// ---- STOMP ----

void Swarm::log_in(Client& client) {
    const std::uint64_t id = client.index + options_.first_id;
    const auto expand = [&](std::string pattern) {
        if (!options_.tokens.empty())
            pattern = replaced(std::move(pattern), "{token}", options_.tokens[id % options_.tokens.size()]);
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

void Swarm::take_stomp(Client& client, std::string_view& bytes) {
    FrameView frame;
    const std::uint64_t now = now_ns();
    while (client.state != ClientState::kClosed) {
        const ReadState state = read_frame(bytes, frame);
        if (state == ReadState::kNeedMore) return;
        if (state == ReadState::kBroken) return client.port->on_broken("not a STOMP frame");
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
