// /temp-queue/NAME: reply addresses of this session, under a name that only who was told it knows.
#include "broker/base/random.hpp"
#include "broker/routing/destination.hpp"
#include "broker/session/session.hpp"

namespace causeway::session {

namespace {

constexpr std::size_t kTokenBytes = 16;

std::string fresh_token() {
    thread_local SystemRandom random;
    return random_hex(random, kTokenBytes);
}

}  // namespace

// What somebody else's MESSAGE named in reply-to is as good as routed; all else is this session's own.
std::string Session::routed_temp_queue(std::string_view text) {
    return routing::is_routed_temp_queue(text) ? std::string(text) : own_temp_queue(text);
}

std::string Session::own_temp_queue(std::string_view text) {
    if (temp_queue_token_.empty()) temp_queue_token_ = fresh_token();
    return routing::temp_queue_destination(temp_queue_token_, text);
}

// To whoever listens there. One that nobody listens to any more is told of, as nothing is kept for it.
Read<KeptSends::Send> Session::read_to_temp_queue(const stomp::Frame& frame,
                                                  const routing::Destination& destination) {
    if (frame.header("persistent") == "true")
        return Refusal{ErrorCode::kMessageInvalid, "persistent: nothing is kept in a /temp-queue",
                       "persistent"};
    if (auto hindrance = hindrance_to_send(frame, std::string(destination.text)))
        return *std::move(hindrance);
    std::string routed = routed_temp_queue(destination.text);
    if (!services_.router.wanted(routed))
        return Refusal{ErrorCode::kMessageInvalid,
                       "the reply address has gone: nobody listens to it; it ends with its session",
                       "destination"};
    const auto message = message_of(frame, std::move(routed));
    return KeptSends::Send{KeptSends::Send::Way::kPassOn, message, nullptr, {}, false};
}

// Who names a reply address of his own listens to it from then on, as if he had subscribed.
std::optional<Refusal> Session::listen_for_reply(const stomp::Frame& frame) {
    const auto address = frame.header("reply-to");
    if (!address) return std::nullopt;
    const bool own = routing::kind_of(*address) == routing::DestinationKind::kTempQueue &&
                     !routing::is_routed_temp_queue(*address);
    if (!own) return std::nullopt;  // what else it may mean is between sender and receiver
    const auto parsed = routing::parse_destination(*address, services_.destination_limits);
    if (const auto* const fault = std::get_if<std::string>(&parsed))
        return Refusal{ErrorCode::kMessageInvalid, "reply-to: " + *fault, "reply-to"};
    std::string routed = routed_temp_queue(*address);
    for (const auto& subscription : subscriptions_)
        if (subscription->destination() == routed) return std::nullopt;
    const std::string id(*address);
    if (find(id) != nullptr)
        return Refusal{ErrorCode::kMessageInvalid,
                       "reply-to: a subscription to another destination has this id", "reply-to"};
    if (subscriptions_.size() >= services_.limits.subscriptions) return too_many_subscriptions();
    if (ask(identity::Action::kSubscribe, id) != identity::Verdict::kAllow) {
        ++services_.counters.acl_denied[admin::AclAction::kSubscribe];
        return Refusal{ErrorCode::kPermissionDenied, "no rule lets you SUBSCRIBE to this reply-to",
                       "reply-to"};
    }
    ended_.forget(id);
    keep(std::make_unique<ClientSubscription>(
        *this, services_.encodings.get({version_, transport_.wire(), Form::kDefault, id}), std::move(routed),
        false));
    return std::nullopt;
}

}  // namespace causeway::session
