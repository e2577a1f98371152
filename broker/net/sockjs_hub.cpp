#include "broker/net/sockjs_hub.hpp"

#include <utility>

#include "broker/net/sockjs_envelope.hpp"

namespace causeway::net {

// A request of this shard that has not been answered.
class SockJsHub::Waiting final : public HttpExchangeUser {
public:
    Waiting(SockJsHub& hub, std::uint64_t id, std::string key, std::size_t owner, SockJsRequest request,
            HttpExchange& exchange)
        : hub_(hub),
          id_(id),
          key_(std::move(key)),
          owner_(owner),
          request_(std::move(request)),
          exchange_(exchange) {
        exchange_.answer_by(*this);
        if (!sockjs::is_streaming(request_.transport)) return;
        HttpResponse head = request_.head;
        head.content_type = sockjs::content_type_of(request_.transport);
        exchange_.begin(std::move(head));
        exchange_.write(FrameRef::make({}, sockjs::prelude(request_.transport, request_.callback)));
    }

    [[nodiscard]] bool is_last(const SockJsParcel& parcel) const {
        return parcel.end || !sockjs::is_streaming(request_.transport);
    }

    void carry(const SockJsParcel& parcel) {
        if (parcel.acquainted) exchange_.acquaint();
        if (!sockjs::is_streaming(request_.transport)) return respond(parcel);
        for (const SockJsFrame& frame : parcel.frames)
            exchange_.write(hub_.enveloped_.of(request_.transport, request_.callback, frame));
        if (parcel.end) return exchange_.end();
        if (parcel.tell_written) exchange_.tell_written();
    }

    void answer(int status, std::string_view text) {
        if (sockjs::is_streaming(request_.transport)) return exchange_.end();
        // Some browsers do strange things on a 204 that was meant for a form.
        const bool form_taken = status == 204 && request_.transport == sockjs::Transport::kJsonpSend;
        if (form_taken) return answer(200, "ok");
        HttpResponse response = request_.head;
        response.status = status;
        response.content_type = "text/plain; charset=UTF-8";
        response.body = text;
        exchange_.respond(std::move(response));
    }

private:
    void respond(const SockJsParcel& parcel) {
        HttpResponse response = request_.head;
        response.content_type = sockjs::content_type_of(request_.transport);
        for (const SockJsFrame& frame : parcel.frames)
            response.body += sockjs::enveloped(request_.transport, request_.callback, *frame);
        exchange_.respond(std::move(response));
    }
    void on_written() override {
        hub_.reach(owner_, [key = key_, id = id_](SockJsHub& hub) { hub.written(key, id); });
    }
    // Last: the hub forgets this object.
    void on_gone() override {
        const bool receives = sockjs::is_receiving(request_.transport);
        if (receives) hub_.reach(owner_, [key = key_, id = id_](SockJsHub& hub) { hub.gone(key, id); });
        hub_.waiting_.erase(id_);
    }

    SockJsHub& hub_;
    const std::uint64_t id_;
    const std::string key_;
    const std::size_t owner_;
    const SockJsRequest request_;
    HttpExchange& exchange_;
};

SockJsHub::SockJsHub(SockJsHubParts parts) : parts_(std::move(parts)) {}
SockJsHub::~SockJsHub() = default;

void SockJsHub::reach(std::size_t shard, std::function<void(SockJsHub&)> task) {
    if (shard == parts_.shard) return task(*this);
    parts_.reach(shard, std::move(task));
}

std::size_t SockJsHub::owner_of(const std::string& key) const {
    return std::hash<std::string>{}(key) % parts_.shards;
}

// ---- on the connection's shard ----

void SockJsHub::on_request(SockJsRequest request, HttpExchange& exchange) {
    const std::uint64_t id = next_exchange_++;
    std::string key = service(request.service).prefix + '\n' + request.session;
    const std::size_t owner = owner_of(key);
    const SockJsReceiver receiver{parts_.shard, id, request.transport};
    const std::size_t place = request.service;
    const bool receives = sockjs::is_receiving(request.transport);
    Opening opening = request.opening;
    std::string payload = std::exchange(request.payload, {});
    waiting_.emplace(id, std::make_unique<Waiting>(*this, id, key, owner, std::move(request), exchange));
    if (receives)
        return reach(owner, [key, place, opening = std::move(opening), receiver](SockJsHub& hub) {
            hub.receive(key, place, opening, receiver);
        });
    reach(owner, [key, payload = std::move(payload), from = parts_.shard, id](SockJsHub& hub) {
        hub.take(key, payload, from, id);
    });
}

void SockJsHub::carry(SockJsParcel parcel) {
    const auto found = waiting_.find(parcel.exchange);
    if (found == waiting_.end()) return;  // gone meanwhile; its session hears of it
    if (!found->second->is_last(parcel)) return found->second->carry(parcel);
    // The end of one answer may bring the connection's next request: this one is out of the way by then.
    const auto node = waiting_.extract(found);
    node.mapped()->carry(parcel);
}

void SockJsHub::answer(std::uint64_t exchange, int status, std::string_view text) {
    auto node = waiting_.extract(exchange);
    if (!node.empty()) node.mapped()->answer(status, text);
}

// ---- on the owner's shard ----

SockJsSession* SockJsHub::open(const std::string& key, const SockJsService& service, Opening opening) {
    auto stranger = parts_.admit(opening.peer);
    if (!stranger) return nullptr;
    SockJsSession::Parts session{
        parts_.loop,
        parts_.times,
        parts_.limits,
        joined_,
        [this](std::size_t shard, SockJsParcel parcel) {
            if (shard == parts_.shard) return carry(parcel);
            parts_.reach(shard, [parcel = std::move(parcel)](SockJsHub& hub) { hub.carry(parcel); });
        },
        [this, key] { to_flush_.push_back(key); },
        [this, key] { over_.push_back(key); },
        service.first_message_bytes};
    auto opened =
        std::make_unique<SockJsSession>(std::move(session), std::move(opening), std::move(stranger));
    opened->attach(service.make_user(*opened));
    return sessions_.emplace(key, std::move(opened)).first->second.get();
}

void SockJsHub::receive(const std::string& key, std::size_t place, Opening opening,
                        const SockJsReceiver& receiver) {
    const auto found = sessions_.find(key);
    SockJsSession* const session =
        found != sessions_.end() ? found->second.get() : open(key, service(place), std::move(opening));
    if (session != nullptr) return session->on_receiver(receiver);
    reach(receiver.shard, [id = receiver.exchange](SockJsHub& hub) {
        hub.answer(id, 503, "too many connections of this address have not logged in\n");
    });
}

void SockJsHub::take(const std::string& key, std::string payload, std::size_t shard, std::uint64_t exchange) {
    using Sent = SockJsSession::Sent;
    const auto found = sessions_.find(key);
    const Sent sent = found == sessions_.end() ? Sent::kClosed : found->second->on_payload(payload);
    reach(shard, [exchange, sent](SockJsHub& hub) {
        switch (sent) {
            case Sent::kOk:
                return hub.answer(exchange, 204, "");
            case Sent::kEmpty:
                return hub.answer(exchange, 500, "Payload expected.");
            case Sent::kBroken:
                return hub.answer(exchange, 500, "Broken JSON encoding.");
            case Sent::kTooLarge:  // the session says so, to a client that would not wait for it after a 413
                return hub.answer(exchange, 204, "");
            case Sent::kClosed:
                return hub.answer(exchange, 404, "there is no such session\n");
        }
    });
}

void SockJsHub::written(const std::string& key, std::uint64_t exchange) {
    if (const auto found = sessions_.find(key); found != sessions_.end()) found->second->on_written(exchange);
}

void SockJsHub::gone(const std::string& key, std::uint64_t exchange) {
    if (const auto found = sessions_.find(key); found != sessions_.end())
        found->second->on_receiver_gone(exchange);
}

void SockJsHub::abandon() {
    flush();
    sessions_.clear();
}

void SockJsHub::flush() {
    // Flushing one may drain it, and what it sends then joins the list.
    for (std::size_t i = 0; i < to_flush_.size(); ++i)
        if (const auto found = sessions_.find(to_flush_[i]); found != sessions_.end()) found->second->flush();
    to_flush_.clear();
    joined_.end_turn();
    enveloped_.end_turn();
    for (std::size_t i = 0; i < over_.size(); ++i) sessions_.erase(over_[i]);
    over_.clear();
}

}  // namespace causeway::net
