// All of one shard's part in SockJS over HTTP: the sessions that this shard owns, and the requests that wait
// on this shard's connections. A session is owned by the shard that its prefix and id hash to; its requests
// may come on any, so what passes between a request and its session is a value. Belongs to its shard's
// thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "broker/base/numbers.hpp"
#include "broker/net/http_exchange.hpp"
#include "broker/net/sockjs_session.hpp"

namespace causeway::net {

class SockJsHub;

// One place where SockJS is served.
struct SockJsService {
    std::string prefix;  // /ws, no slash at its end
    bool websocket = true;
    bool cookie_needed = false;                 // a JSESSIONID for balancers that need one
    std::string client_url = "/sockjs.min.js";  // of sockjs-client, for the iframe page
    std::size_t first_message_bytes = 16 * 1024;
    std::function<std::unique_ptr<TransportUser>(Transport&)> make_user;  // on the owner's thread
};

struct SockJsHubParts {
    std::size_t shard = 0;
    std::size_t shards = 1;
    EventLoop& loop;
    const std::vector<SockJsService>& services;
    // Runs a task with the hub of another shard, on its thread.
    std::function<void(std::size_t shard, std::function<void(SockJsHub&)>)> reach;
    // A place for a stranger of that address, held until he is known; null: there are too many.
    std::function<std::shared_ptr<void>(const std::string& address)> admit;
    SockJsTimes times;
    SockJsLimits limits;
};

// A request to a session's URL, as its session needs to know it.
struct SockJsRequest {
    std::size_t service;  // place in SockJsHubParts::services, the same on every shard
    std::string session;
    sockjs::Transport transport;
    std::string callback;
    Opening opening;
    std::string payload;  // of one that sends
    HttpResponse head;    // of the answer: cookies, CORS; status and body are filled in
};

class SockJsHub {
public:
    explicit SockJsHub(SockJsHubParts parts);
    SockJsHub(const SockJsHub&) = delete;
    SockJsHub& operator=(const SockJsHub&) = delete;
    ~SockJsHub();

    // From this shard's connections. Answers by the exchange, now or later.
    void on_request(SockJsRequest request, HttpExchange& exchange);
    [[nodiscard]] const SockJsService& service(std::size_t place) const { return parts_.services[place]; }
    // At the end of the turn, before connections are written: what was queued in it goes out.
    void flush();

    // Ends every session without a word: the loop is about to stop.
    void abandon();

    [[nodiscard]] std::size_t sessions() const { return sessions_.size(); }

private:
    class Waiting;

    void reach(std::size_t shard, std::function<void(SockJsHub&)> task);
    [[nodiscard]] std::size_t owner_of(const std::string& key) const;

    // On the connection's shard
    void carry(SockJsParcel parcel);
    void answer(std::uint64_t exchange, int status, std::string_view text);
    // On the owner's shard
    void receive(const std::string& key, std::size_t service, Opening opening,
                 const SockJsReceiver& receiver);
    void take(const std::string& key, std::string payload, std::size_t shard, std::uint64_t exchange);
    SockJsSession* open(const std::string& key, const SockJsService& service, Opening opening);
    void written(const std::string& key, std::uint64_t exchange);
    void gone(const std::string& key, std::uint64_t exchange);

    const SockJsHubParts parts_;
    std::unordered_map<std::string, std::unique_ptr<SockJsSession>> sessions_;
    std::unordered_map<std::uint64_t, std::unique_ptr<Waiting>> waiting_;
    std::uint64_t next_exchange_ = 1;
    SockJsJoined joined_;
    SockJsEnveloped enveloped_;
    std::vector<std::string> to_flush_;  // keys
    std::vector<std::string> over_;
};

}  // namespace causeway::net
