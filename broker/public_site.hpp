// What a shard serves on the public listener: WebSockets and SockJS under the prefixes, health for
// load balancers, and the files of http.static_dir. Belongs to its shard's thread.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "broker/admin/counters.hpp"
#include "broker/admin/health.hpp"
#include "broker/base/random.hpp"
#include "broker/net/http_protocol.hpp"
#include "broker/net/sockjs_site.hpp"
#include "broker/net/static_files.hpp"

namespace causeway {

// Which pages may open connections. A token in CONNECT proves who it is wherever the page came from;
// this list is for those who want to narrow it down all the same.
struct OriginPolicy {
    std::vector<std::string> allowed;  // scheme://host[:port], or * for any
    [[nodiscard]] bool admits(const net::HttpHead& head) const;
};

struct PublicSiteParts {
    std::size_t services;  // of the hub, one per prefix
    net::SockJsHub& hub;
    OriginPolicy origins;
    net::AddressBook& addresses;
    std::string forwarded_header;  // see net::client_behind()
    const net::StaticFiles& files;
    std::function<std::vector<admin::Check>()> health;  // any thread
    std::function<std::unique_ptr<net::TransportUser>(net::Transport&)> make_session;
    std::size_t connect_bytes;
    std::size_t body_bytes;      // of a request that sends
    std::string body_bytes_key;  // what sets that, for those who are refused by it
    std::string strict_transport;  // see net::HttpSite
    Random& random;
    admin::ShardCounters& counters;
};

class PublicSite final : public net::HttpSite {
public:
    explicit PublicSite(PublicSiteParts parts);

    [[nodiscard]] net::HttpResponse answer(const net::HttpRequest& request) override;
    [[nodiscard]] bool answers_later(const net::HttpRequest& request, net::HttpExchange& exchange) override;
    [[nodiscard]] std::size_t body_limit() const override { return parts_.body_bytes; }
    [[nodiscard]] std::string body_limit_key() const override { return parts_.body_bytes_key; }
    [[nodiscard]] const std::string& strict_transport() const override { return parts_.strict_transport; }
    [[nodiscard]] std::variant<net::WebSocketPlace, net::HttpResponse> websocket_at(const net::HttpHead& head) override;
    [[nodiscard]] std::unique_ptr<net::TransportUser> make_user(net::Transport& transport) override {
        return parts_.make_session(transport);
    }
    [[nodiscard]] std::size_t first_message_limit() const override { return parts_.connect_bytes; }
    [[nodiscard]] std::string client_of(const net::HttpHead& head, const std::string& peer) const override;
    [[nodiscard]] std::unique_ptr<net::AddressBook::Ticket> admit(const std::string& client) override {
        return parts_.addresses.admit(client);
    }
    void on_answered(int status) override { ++parts_.counters.http_requests[admin::status_class(status)]; }
    void on_turned_away(TurnedAway why) override;

private:
    [[nodiscard]] net::SockJsSite* sockjs_at(const net::HttpHead& head);
    [[nodiscard]] net::HttpResponse file(const net::HttpHead& head) const;

    PublicSiteParts parts_;
    std::vector<net::SockJsSite> sockjs_;
};

}  // namespace causeway
