#include "tests/conformance/sockjs_server.hpp"

#include <algorithm>
#include <functional>
#include <string>

#include "broker/base/mailbox.hpp"
#include "broker/base/random.hpp"
#include "broker/net/connection.hpp"
#include "broker/net/http_protocol.hpp"
#include "broker/net/sockjs_site.hpp"
#include "tests/conformance/sockjs_users.hpp"

namespace causeway::test {

// One thread with connections, sessions and the sites of all services.
class SockJsServer::Loop final : public net::HttpSite {
public:
    Loop(std::size_t index, const Options& options, const Clock& clock,
         const std::vector<std::unique_ptr<Loop>>& all)
        : loop_(clock),
          mailbox_([this] { loop_.wake(); }),
          connections_(loop_, {}),
          endpoint_([](const auto&) { return std::string(); }),
          services_(services(audience_)),
          hub_({index,
                options.loops,
                loop_,
                services_,
                [&all](std::size_t to, std::function<void(net::SockJsHub&)> task) {
                    Loop& other = *all[to];
                    other.mailbox_.post([&other, task = std::move(task)] { task(other.hub_); });
                },
                [](const std::string&) { return std::make_shared<int>(); },
                options.times,
                {4096, 1 << 20}}) {
        for (std::size_t place = 0; place < services_.size(); ++place)
            sites_.emplace_back(place, hub_, random_);
        loop_.on_mail([this] { open_mail(); });
        loop_.on_turn_end([this] {
            hub_.flush();
            connections_.flush_dirty();
        });
    }

    void start() {
        thread_ = std::thread([this] { loop_.run(); });
    }
    void stop() {
        mailbox_.post([this] {
            connections_.abort_all();
            hub_.abandon();
            loop_.stop();
        });
        thread_.join();
    }
    void adopt(int fd, std::string peer) {
        mailbox_.post([this, fd, peer = std::move(peer)] {
            net::Connection& connection = connections_.adopt(fd, peer);
            connection.set_protocol(std::make_unique<net::HttpProtocol>(connection, *this, endpoint_));
        });
    }

private:
    void open_mail() {
        mailbox_.take_all(letters_);
        for (const auto& letter : letters_) letter();
    }
    net::SockJsSite* site_of(const net::HttpHead& head) {
        for (auto& site : sites_)
            if (site.serves(head)) return &site;
        return nullptr;
    }

    // HttpSite
    net::HttpResponse answer(const net::HttpRequest& request) override {
        if (auto* const site = site_of(request.head)) return site->answer(request.head);
        net::HttpResponse response;
        response.status = 404;
        return response;
    }
    bool answers_later(const net::HttpRequest& request, net::HttpExchange& exchange) override {
        auto* const site = site_of(request.head);
        return site != nullptr && site->answers_later(request, exchange);
    }
    std::variant<net::WebSocketPlace, net::HttpResponse> websocket_at(const net::HttpHead& head) override {
        auto* const site = site_of(head);
        place_ = site == nullptr ? 0 : static_cast<std::size_t>(site - sites_.data());
        if (site != nullptr) return site->websocket_at(head);
        net::HttpResponse response;
        response.status = 404;
        return response;
    }
    std::unique_ptr<net::TransportUser> make_user(net::Transport& transport) override {
        return services_[place_].make_user(transport);
    }
    std::size_t body_limit() const override { return 1 << 20; }
    std::size_t first_message_limit() const override { return 1 << 20; }

    SystemRandom random_;
    net::EventLoop loop_;
    Mailbox<std::function<void()>> mailbox_;
    net::ConnectionSet connections_;
    net::WebSocketEndpoint endpoint_;
    Audience audience_;
    const std::vector<net::SockJsService> services_;
    net::SockJsHub hub_;
    std::vector<net::SockJsSite> sites_;
    std::size_t place_ = 0;
    std::vector<std::function<void()>> letters_;
    std::thread thread_;
};

SockJsServer::SockJsServer(const Options& options) {
    for (std::size_t i = 0; i < options.loops; ++i)
        loops_.push_back(std::make_unique<Loop>(i, options, clock_, loops_));
    listener_ = std::make_unique<net::Listener>(
        io_, "127.0.0.1:" + std::to_string(options.port),
        [this](int fd, std::string peer) { loops_[next_++ % loops_.size()]->adopt(fd, std::move(peer)); },
        [](const std::string&, std::chrono::milliseconds) {});
    const std::string address = listener_->address();
    port_ = static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)));
    for (const auto& loop : loops_) loop->start();
    accepting_ = std::thread([this] { io_.run(); });
}

SockJsServer::~SockJsServer() {
    io_.stop();
    accepting_.join();
    listener_.reset();
    for (const auto& loop : loops_) loop->stop();
}

}  // namespace causeway::test
