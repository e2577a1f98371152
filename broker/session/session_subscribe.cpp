// SUBSCRIBE and UNSUBSCRIBE.
#include <algorithm>
#include <charconv>

#include "broker/routing/destination.hpp"
#include "broker/routing/pattern.hpp"
#include "broker/session/replies.hpp"
#include "broker/session/session.hpp"

namespace causeway::session {

// A SUBSCRIBE that has been read and is well-formed.
struct Session::Wish {
    Origin origin;
    std::string destination;  // as the client names it
    std::string routed;       // as it is kept
    bool is_pattern = false;
    bool user_queue = false;
    Form form = Form::kDefault;
    Resume resume;
};

namespace {

constexpr std::string_view kConversations = "/topic/conversation/";
constexpr std::string_view kPrivateMessages = "/user/queue/private-messages";

std::optional<Refusal> read_resume(const stomp::Frame& frame, Resume& resume) {
    if (const auto from = frame.header("resume")) {
        if (*from != "device")
            return Refusal{ErrorCode::kSubscribeFailed, "resume must be 'device'", "resume"};
        resume.from = Resume::From::kDevice;
    }
    const auto after = frame.header("resume-after");
    if (!after) return std::nullopt;
    std::uint64_t offset = 0;
    const auto [end, error] = std::from_chars(after->data(), after->data() + after->size(), offset);
    if (error != std::errc{} || end != after->data() + after->size())
        return Refusal{ErrorCode::kSubscribeFailed, "resume-after must be an offset: digits only",
                       "resume-after"};
    if (resume.from == Resume::From::kLive) resume.from = Resume::From::kOffset;
    resume.after = Offset{offset};
    if (const auto epoch = frame.header("epoch")) resume.epoch = std::string(*epoch);
    return std::nullopt;
}

// The log behind a destination, if it has one.
std::optional<storage::Log> log_of(const std::string& destination, const std::string& user) {
    if (destination == kPrivateMessages) return storage::Log{storage::Log::Kind::kPrivateMessages, user, {}};
    if (destination.starts_with(kConversations) &&
        destination.find_first_of("/.", kConversations.size()) == std::string::npos)
        return storage::Log{storage::Log::Kind::kConversation, user,
                            destination.substr(kConversations.size())};
    return std::nullopt;
}

}  // namespace

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
        return refuse({ErrorCode::kSubscribeFailed,
                       "more than limits.subscriptions_per_session = " +
                           std::to_string(services_.limits.subscriptions) + " subscriptions",
                       {}},
                      wish.origin);
    if (const auto refusal = read_wish(frame, *destination, wish)) return refuse(*refusal, wish.origin);
    switch (may_subscribe(wish.destination, wish.is_pattern)) {
        case identity::Verdict::kAllow:
            return open(wish);
        case identity::Verdict::kNeedsMembership:
            return wait_for_memberships(frame);
        case identity::Verdict::kDeny:
            break;
    }
    ++services_.counters.acl_denied[admin::AclAction::kSubscribe];
    refuse({ErrorCode::kPermissionDenied, "no rule lets you SUBSCRIBE to this destination", "destination"},
           wish.origin);
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
    if (!wish.user_queue && kind != routing::DestinationKind::kTopic)
        return Refusal{ErrorCode::kSubscribeFailed,
                       "only /topic/… and /user/queue/… can be subscribed to in this version", "destination"};
    wish.routed = wish.user_queue
                      ? routing::user_destination(identity_.user, destination.substr(sizeof "/user/queue"))
                      : std::string(destination);
    if (const auto ack = frame.header("ack"); ack && *ack != "auto")
        return Refusal{ErrorCode::kSubscribeFailed, "only ack:auto is available in this version", "ack"};
    if (frame.header("accept") == "application/x-protobuf") wish.form = Form::kProtobuf;
    if (const auto refusal = read_resume(frame, wish.resume)) return refusal;
    if (wish.resume.from == Resume::From::kDevice && device_id_.empty())
        return Refusal{ErrorCode::kSubscribeFailed, "resume:device needs a deviceId in CONNECT", "resume"};
    if (wish.resume.from != Resume::From::kLive && !log_of(wish.destination, identity_.user))
        return Refusal{ErrorCode::kSubscribeFailed, "this destination keeps no log to resume", "destination"};
    return std::nullopt;
}

void Session::open(const Wish& wish) {
    auto encoding =
        services_.encodings.get({version_, transport_.wire(), wish.form, wish.origin.subscription});
    if (!wish.is_pattern)
        if (auto log = log_of(wish.destination, identity_.user)) {
            auto subscription = std::make_unique<LogSubscription>(
                *this, std::move(encoding), wish.routed, ++subscription_serial_, std::move(*log),
                wish.destination, resume_of(wish), wish.origin.receipt);
            return open_log(std::move(subscription));
        }
    auto subscription =
        std::make_unique<ClientSubscription>(*this, std::move(encoding), wish.routed, wish.is_pattern);
    keep(std::move(subscription));
    send_receipt(wish.origin.receipt);
    if (!expiry_warned_ || !wish.user_queue) return;
    expiry_warned_ = false;  // nobody may have heard the warning; now somebody might
    set_deadline();
}

// User queues of a named device go on where it left off, unless the client says otherwise.
Resume Session::resume_of(const Wish& wish) const {
    Resume resume = wish.resume;
    if (resume.from == Resume::From::kLive && wish.user_queue && !device_id_.empty())
        resume.from = Resume::From::kDevice;
    return resume;
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
    if (subscription == nullptr)
        return fail({ErrorCode::kProtocolError, "UNSUBSCRIBE: there is no subscription with this id", "id"},
                    origin);
    drop(*subscription);
    send_receipt(origin.receipt);
}

ClientSubscription* Session::find(std::string_view subscription_id) {
    for (const auto& subscription : subscriptions_)
        if (subscription->id() == subscription_id) return subscription.get();
    return nullptr;
}

void Session::drop(ClientSubscription& subscription) {
    services_.router.unsubscribe(subscription);
    --services_.counters.subscriptions;
    std::erase_if(subscriptions_, [&](const auto& mine) { return mine.get() == &subscription; });
}

}  // namespace causeway::session
