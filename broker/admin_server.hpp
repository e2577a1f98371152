// The admin listener's own thread: the same HTTP as on the public one, in front of the admin API.
#pragma once

#include <memory>
#include <string>
#include <thread>

#include "broker/admin/api.hpp"
#include "broker/base/mailbox.hpp"
#include "broker/net/connection.hpp"
#include "broker/net/event_loop.hpp"
#include "broker/net/http_protocol.hpp"

namespace causeway {

class AdminServer final : public net::HttpSite {
public:
    // `api` outlives the server and is called on its thread only.
    AdminServer(const Clock& clock, admin::Api& api);
    ~AdminServer() override;

    void start();
    // Any thread.
    void adopt(int fd, std::string peer);
    void stop();

private:
    [[nodiscard]] net::HttpResponse answer(const net::HttpRequest& request) override;
    [[nodiscard]] std::size_t body_limit() const override { return admin::kMaxAdminBody; }
    [[nodiscard]] std::variant<net::WebSocketPlace, net::HttpResponse> websocket_at(const net::HttpHead& head) override;
    [[nodiscard]] std::unique_ptr<net::TransportUser> make_user(net::Transport& transport) override;
    [[nodiscard]] std::size_t first_message_limit() const override { return 0; }

    admin::Api& api_;
    net::EventLoop loop_;
    net::ConnectionSet connections_;
    net::WebSocketEndpoint endpoint_;
    Mailbox<std::function<void()>> mailbox_;
    std::thread thread_;
};

}  // namespace causeway
