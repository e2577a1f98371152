#include "broker/front_door.hpp"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>

namespace causeway {

namespace {

constexpr std::chrono::minutes kTicketLook{10};

}  // namespace

FrontDoor::FrontDoor(asio::io_context& io, const config::Config& config, const Clock& clock,
                     const std::shared_ptr<net::AddressBook>& addresses, const std::vector<std::unique_ptr<Shard>>& shards,
                     TurnedAway& turned_away)
    : config_(config),
      clock_(clock),
      addresses_(addresses),
      shards_(shards),
      turned_away_(turned_away),
      tickets_(std::make_shared<net::TlsTicketKeys>(clock)),
      ticket_timer_(io),
      handshakes_(static_cast<double>(config.tls.handshakes_per_second),
                  std::max(1.0, static_cast<double>(config.tls.handshakes_per_second))) {
    if (!config.listen.tls_address.empty() || !config.listen.stomp_tls_address.empty()) {
        context_ = load();
        look_after_tickets();
    }
    listen(io, "public", config.listen.public_address, {Entrance::kWeb, false});
    listen(io, "tls", config.listen.tls_address, {Entrance::kWeb, true});
    listen(io, "stomp", config.listen.stomp_address, {Entrance::kStomp, false});
    listen(io, "stomp_tls", config.listen.stomp_tls_address, {Entrance::kStomp, true});
}

void FrontDoor::listen(asio::io_context& io, const char* name, const std::string& address, Kind kind) {
    if (address.empty()) return;
    const auto on_accept = [this, kind](int fd, std::string peer) { accept(fd, std::move(peer), kind); };
    const auto on_trouble = [](const std::string& what, std::chrono::milliseconds wait) {
        spdlog::warn("{}; the next try is in {} ms", what, wait.count());
    };
    listeners_.emplace_back(name, std::make_unique<net::Listener>(io, address, on_accept, on_trouble));
}

std::shared_ptr<const net::TlsContext> FrontDoor::load() const {
    std::vector<net::TlsCertificate> certificates;
    for (std::size_t i = 0; i < config_.tls.certificate_files.size(); ++i)
        certificates.push_back({config_.tls.certificate_files[i], config_.tls.key_files[i]});
    return std::make_shared<const net::TlsContext>(certificates, tickets_);
}

// Also while nobody comes.
void FrontDoor::look_after_tickets() {
    ticket_timer_.expires_after(kTicketLook);
    ticket_timer_.async_wait([this](const asio::error_code& error) {
        if (error) return;
        try {
            tickets_->look();
        } catch (const std::runtime_error& no_random) {
            spdlog::error("tls: {}", no_random.what());
        }
        look_after_tickets();
    });
}

void FrontDoor::reload() {
    if (!context_)
        return spdlog::info("SIGHUP: there are no certificates to read again; the configuration is read at the start only");
    try {
        context_ = load();
        spdlog::info("tls: the certificates were read again");
    } catch (const std::runtime_error& error) {
        spdlog::error("tls: {}; the certificates from before stay in use", error.what());
    }
}

// Whoever could send a PROXY header could be anybody, and who sends none is not whom the balancer let through.
void FrontDoor::refuse(int fd, const std::string& peer) {
    ::close(fd);
    ++turned_away_.untrusted;
    if (std::exchange(told_of_untrusted_, true)) return;
    spdlog::warn("{} connected past the balancer and was refused: listen.proxy_protocol is on, and it is not in "
                 "listen.trusted_proxies. Others like it are not reported", peer);
}

// In turn, so that each shard has as many as the others.
void FrontDoor::accept(int fd, std::string peer, Kind kind) {
    const bool proxied = config_.listen.proxy_protocol;
    if (proxied && !addresses_->proxies().contains(peer)) return refuse(fd, peer);
    auto stranger = addresses_->admit(peer);
    const bool too_fast = stranger != nullptr && kind.tls && !handshakes_.admit(clock_.monotonic());
    if (too_fast) ++turned_away_.handshakes;
    if (stranger == nullptr || too_fast) {
        ::close(fd);
        return;
    }
    net::Arrival arrival{fd, std::move(peer), std::move(stranger)};
    if (kind.tls) arrival.tls = context_->open();
    if (proxied) arrival.proxied = addresses_;
    if (kind.entrance == Entrance::kStomp) net::keep_alive(fd);
    shards_[next_shard_]->adopt(std::move(arrival), kind.entrance);
    next_shard_ = (next_shard_ + 1) % shards_.size();
}

void FrontDoor::stop() {
    ticket_timer_.cancel();
    for (const auto& [name, listener] : listeners_) listener->stop();
}

std::string FrontDoor::description() const {
    std::string text;
    for (const auto& [name, listener] : listeners_)
        text += (text.empty() ? "" : " ") + std::string(name) + "=" + listener->address();
    return text;
}

}  // namespace causeway
