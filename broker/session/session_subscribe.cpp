// SUBSCRIBE and UNSUBSCRIBE.
#include <algorithm>
#include <charconv>

#include "broker/routing/destination.hpp"
#include "broker/routing/pattern.hpp"
#include "broker/session/replies.hpp"
#include "broker/session/session.hpp"

namespace causeway::session {

namespace {

constexpr std::string_view kApp = "/app/";

Form form_of(const stomp::Frame& frame) {
    return frame.header("accept") == "application/x-protobuf" ? Form::kProtobuf : Form::kDefault;
}

}  // namespace

// A SUBSCRIBE that has been read and is well-formed.
struct Session::Wish {
    Origin origin;
    std::string destination;  // as the client names it
    std::string routed;       // as it is kept
    bool is_pattern = false;
    bool user_queue = false;
    bool queue = false;
    Form form = Form::kDefault;
    std::optional<AckLedger::Mode> ack;  // nothing: auto
    std::optional<std::size_t> prefetch;
    Resume resume;
    std::optional<LogPlace> log;
};

void Session::on_subscribe(const stomp::Frame& frame) {
    Wish wish;
    wish.origin = origin_of(frame);
    const auto destination = frame.header("destination");
    if (!destination)
        return fail({ErrorCode::kProtocolError, "SUBSCRIBE without destination", "destination"}, wish.origin);
    if (wish.origin.subscription.empty()) {
        // STOMP 1.0: the id is optional, the destination stands for it.
        if (version_ != stomp::Version::k10)
            return fail({ErrorCode::kProtocolError, "SUBSCRIBE without id", "id"}, wish.origin);
        wish.origin.subscription = *destination;
    }
    if (find(wish.origin.subscription) != nullptr)
        return fail({ErrorCode::kProtocolError, "a subscription with this id exists already", "id"},
                    wish.origin);
    if (subscriptions_.size() >= services_.limits.subscriptions)
        return refuse(too_many_subscriptions(), wish.origin);
    if (destination->starts_with(kApp)) return on_app_subscribe(frame, *destination, wish.origin);
    if (const auto refusal = read_wish(frame, *destination, wish)) return refuse(*refusal, wish.origin);
    switch (may_subscribe(wish.destination, wish.is_pattern)) {
        case identity::Verdict::kAllow:
            return open(std::move(wish));
        case identity::Verdict::kNeedsMembership:
            return wait_for_memberships(frame);
        case identity::Verdict::kDeny:
            break;
    }
    ++services_.counters.acl_denied[admin::AclAction::kSubscribe];
    refuse({ErrorCode::kPermissionDenied, "no rule lets you SUBSCRIBE to this destination", "destination"},
           wish.origin);
}

Refusal Session::too_many_subscriptions() const {
    return {ErrorCode::kSubscribeFailed,
            "more than limits.subscriptions_per_session = " +
                std::to_string(services_.limits.subscriptions) + " subscriptions",
            {}};
}

std::optional<Refusal> Session::read_wish(const stomp::Frame& frame, std::string_view destination,
                                          Wish& wish) {
    const auto parsed = routing::Pattern::parse(destination, services_.destination_limits);
    if (const auto* fault = std::get_if<std::string>(&parsed))
        return Refusal{ErrorCode::kSubscribeFailed, "destination: " + *fault, "destination"};
    const auto& pattern = std::get<routing::Pattern>(parsed);
    wish.destination = destination;
    wish.is_pattern = !pattern.is_literal();
    const auto kind = pattern.kind();
    wish.user_queue = kind == routing::DestinationKind::kUserQueue;
    wish.queue = kind == routing::DestinationKind::kQueue;
    const bool temp_queue = kind == routing::DestinationKind::kTempQueue;
    if (!wish.user_queue && !wish.queue && !temp_queue && kind != routing::DestinationKind::kTopic)
        return Refusal{ErrorCode::kSubscribeFailed,
                       "only /topic/…, /user/queue/…, /queue/… and /temp-queue/… can be subscribed to",
                       "destination"};
    if (temp_queue && wish.is_pattern)
        return Refusal{ErrorCode::kSubscribeFailed,
                       "a reply address is subscribed to by its name: there are no wildcards below /temp-queue/",
                       "destination"};
    if (wish.queue && wish.is_pattern)
        return Refusal{ErrorCode::kSubscribeFailed,
                       "a queue is subscribed to by its name: there are no wildcards below /queue/",
                       "destination"};
    wish.routed = wish.user_queue
                      ? routing::user_destination(identity_.user, destination.substr(sizeof "/user/queue"))
                      : std::string(destination);
    if (temp_queue) wish.routed = own_temp_queue(destination);
    wish.form = form_of(frame);
    if (const auto refusal = read_ack(frame, wish)) return refusal;
    if (const auto refusal = read_prefetch(frame, wish)) return refusal;
    return read_log(frame, wish);
}

std::optional<Refusal> Session::read_ack(const stomp::Frame& frame, Wish& wish) const {
    const auto ack = frame.header("ack");
    if (!ack || *ack == "auto") return std::nullopt;
    if (*ack == "client")
        wish.ack = AckLedger::Mode::kClient;
    else if (*ack == "client-individual" && version_ != stomp::Version::k10)
        wish.ack = AckLedger::Mode::kClientIndividual;
    else
        return Refusal{ErrorCode::kSubscribeFailed,
                       version_ == stomp::Version::k10
                           ? "ack must be 'auto' or 'client'"
                           : "ack must be 'auto', 'client' or 'client-individual'",
                       "ack"};
    return std::nullopt;
}

std::optional<Refusal> Session::read_prefetch(const stomp::Frame& frame, Wish& wish) const {
    const auto text = frame.header("prefetch-count");
    if (!text) return std::nullopt;
    std::size_t count = 0;
    const char* const end = text->data() + text->size();
    const auto read = std::from_chars(text->data(), end, count);
    const bool too_large = read.ec == std::errc::result_out_of_range;
    if (read.ptr != end || (read.ec != std::errc{} && !too_large) || (count == 0 && !too_large))
        return Refusal{ErrorCode::kSubscribeFailed, "prefetch-count must be a number from 1",
                       "prefetch-count"};
    wish.prefetch = too_large ? services_.limits.unacked : std::min(count, services_.limits.unacked);
    return std::nullopt;
}

// User queues of a named device go on where it left off, unless the client says otherwise. An inbox that
// is to begin live is not looked into.
std::optional<Refusal> Session::read_log(const stomp::Frame& frame, Wish& wish) const {
    using From = Resume::From;
    if (const auto refusal = read_resume(frame, wish.resume)) return refusal;
    if (wish.resume.from == From::kDevice && device_id_.empty())
        return Refusal{ErrorCode::kSubscribeFailed, "resume:device needs a deviceId in CONNECT", "resume"};
    if (!wish.is_pattern) wish.log = log_at(wish.destination, identity_.user, services_.router);
    if (!wish.log) {
        if (wish.resume.from == From::kLive) return std::nullopt;
        return Refusal{ErrorCode::kSubscribeFailed, "this destination keeps no log to resume", "destination"};
    }
    if (wish.resume.from == From::kDevice && wish.log->in_memory())
        return Refusal{ErrorCode::kSubscribeFailed,
                       "this topic's history is kept in memory, without cursors of devices; use resume-after",
                       "resume"};
    if (wish.resume.from == From::kLive && wish.user_queue && !device_id_.empty() && !identity_.anonymous &&
        services_.limits.resume_devices)
        wish.resume.from = From::kDevice;
    return std::nullopt;
}

void Session::open(Wish wish) {
    auto encoding =
        services_.encodings.get({version_, transport_.wire(), wish.form, wish.origin.subscription});
    ended_.forget(wish.origin.subscription);
    if (wish.queue) return open_queue(std::move(wish), std::move(encoding));
    const bool reads =
        wish.log && (wish.resume.from != Resume::From::kLive || wish.ack || !wish.log->is_inbox());
    if (!reads) return open_plain(wish, std::move(encoding));
    std::optional<AckLedger> ledger;
    if (wish.ack) ledger.emplace(*wish.ack, ++ledgers_, wish.prefetch.value_or(services_.limits.unacked));
    auto subscription = std::make_unique<LogSubscription>(
        *this, std::move(encoding), std::move(wish.routed), ++subscription_serial_,
        LogWish{std::move(*wish.log), std::move(wish.resume), std::move(wish.origin.receipt),
                std::move(ledger)});
    LogSubscription& opened = *subscription;
    keep(std::move(subscription));
    logs_.open(opened);
}

void Session::open_plain(const Wish& wish, std::shared_ptr<Encoding> encoding) {
    if (wish.ack)
        keep(std::make_unique<AckedSubscription>(*this, std::move(encoding), wish.routed, wish.is_pattern,
                                                 AckLedger(*wish.ack, ++ledgers_, services_.limits.unacked)));
    else
        keep(std::make_unique<ClientSubscription>(*this, std::move(encoding), wish.routed, wish.is_pattern));
    routing::Headers headers;
    if (wish.log) headers.emplace_back("epoch", services_.store.epoch());
    send_receipt(wish.origin.receipt, headers);
    if (!expiry_warned_ || !wish.user_queue) return;
    expiry_warned_ = false;  // nobody may have heard the warning; now somebody might
    set_deadline();
}

void Session::open_queue(Wish wish, std::shared_ptr<Encoding> encoding) {
    std::optional<AckLedger> ledger;
    std::size_t prefetch = services_.limits.unacked;
    if (wish.ack) {
        ledger.emplace(*wish.ack, ++ledgers_, services_.limits.unacked);
        prefetch = std::min(services_.limits.prefetch, prefetch);
    }
    auto subscription = std::make_unique<QueueSubscription>(
        *this, std::move(encoding), std::move(wish.routed), ++subscription_serial_,
        wish.prefetch.value_or(prefetch), std::move(ledger));
    QueueSubscription& opened = *subscription;
    ++services_.counters.subscriptions;
    subscriptions_.push_back(std::move(subscription));
    queued_.open(opened, wish.origin);
}

// What comes once needs no subscription: the command says who may ask.
void Session::on_app_subscribe(const stomp::Frame& frame, std::string_view destination,
                               const Origin& origin) {
    const std::string_view command = destination.substr(kApp.size());
    if (!app::Commands::answers_subscribe(command))
        return refuse(
            {ErrorCode::kSubscribeFailed,
             "of /app/… only /app/conversations/list, /app/unread and what else is answered once can be "
             "subscribed to; SEND commands",
             "destination"},
            origin);
    if (frame.header("resume") || frame.header("resume-after") ||
        frame.header("ack").value_or("auto") != "auto")
        return refuse({ErrorCode::kSubscribeFailed,
                       "what is answered once is neither resumed nor acknowledged", "destination"},
                      origin);
    ask_once(frame, command, origin, form_of(frame));
}

void Session::keep(std::unique_ptr<ClientSubscription> subscription) {
    services_.router.subscribe(*subscription);
    ++services_.counters.subscriptions;
    subscriptions_.push_back(std::move(subscription));
}

void Session::on_unsubscribe(const stomp::Frame& frame) {
    Origin origin = origin_of(frame);
    if (origin.subscription.empty() && version_ == stomp::Version::k10)
        origin.subscription = origin.destination;
    ClientSubscription* const subscription = find(origin.subscription);
    if (subscription != nullptr) {
        ended_.add(origin.subscription, EndedSubscriptions::By::kClient);
        drop(*subscription);
    } else if (!ended_.take_ended_by_broker(origin.subscription)) {
        return fail({ErrorCode::kProtocolError, "UNSUBSCRIBE: there is no subscription with this id", "id"},
                    origin);
    }
    send_receipt(origin.receipt);
}

ClientSubscription* Session::find(std::string_view subscription_id) const {
    for (const auto& subscription : subscriptions_)
        if (subscription->id() == subscription_id) return subscription.get();
    return nullptr;
}

// By the broker: the client may not know yet.
void Session::end_subscription(ClientSubscription& subscription) {
    ended_.add(subscription.id(), EndedSubscriptions::By::kBroker);
    drop(subscription);
}

void Session::take_leave(ClientSubscription& subscription, Leaving how) {
    if (QueueSubscription* const queued = subscription.as_queue()) return queued_.on_end(*queued, how);
    if (const auto* const log = subscription.as_log()) logs_.on_end(*log);
    services_.router.unsubscribe(subscription);
}

void Session::drop(ClientSubscription& subscription) {
    take_leave(subscription, Leaving::kOrderly);
    --services_.counters.subscriptions;
    std::erase_if(subscriptions_, [&](const auto& mine) { return mine.get() == &subscription; });
}

}  // namespace causeway::session
