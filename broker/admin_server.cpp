#include "broker/admin_server.hpp"

#include <cassert>

namespace causeway {

AdminServer::AdminServer(const Clock& clock, admin::Api& api)
    : api_(api),
      loop_(clock),
      // An answer may be larger than what a client of the public listener may leave unread.
      connections_(loop_, {64U << 20, Milliseconds(10'000)}),
      endpoint_([](const std::vector<std::string>&) { return std::string(); }),
      mailbox_([this] { loop_.wake(); }) {
    loop_.on_mail([this] {
        std::vector<std::function<void()>> tasks;
        mailbox_.take_all(tasks);
        for (const auto& task : tasks) task();
    });
    loop_.on_turn_end([this] { connections_.flush_dirty(); });
}

AdminServer::~AdminServer() { assert(!thread_.joinable()); }

void AdminServer::start() {
    thread_ = std::thread([this] { loop_.run(); });
}

void AdminServer::adopt(int fd, std::string peer) {
    mailbox_.post([this, fd, peer = std::move(peer)] {
        net::Connection& connection = connections_.adopt(fd, peer);
        connection.set_protocol(std::make_unique<net::HttpProtocol>(connection, *this, endpoint_));
    });
}

void AdminServer::stop() {
    if (!thread_.joinable()) return;
    mailbox_.post([this] {
        connections_.abort_all();
        loop_.stop();
    });
    thread_.join();
}

net::HttpResponse AdminServer::answer(const net::HttpRequest& request) {
    net::HttpResponse response;
    const auto asked = admin::make_request(request.head, std::string(request.body), request.peer);
    if (!asked) {
        response.status = 400;
        return response;
    }
    admin::Response answered = api_.handle(*asked);
    response.status = answered.status;
    response.content_type = std::move(answered.content_type);
    response.body = std::move(answered.body);
    response.headers = std::move(answered.headers);
    return response;
}

std::variant<net::WebSocketPlace, net::HttpResponse> AdminServer::websocket_at(const net::HttpHead& /*head*/) {
    net::HttpResponse response;
    response.status = 404;
    return response;
}

std::unique_ptr<net::TransportUser> AdminServer::make_user(net::Transport& /*transport*/) {
    assert(false);  // websocket_at() admits none
    return nullptr;
}

}  // namespace causeway
