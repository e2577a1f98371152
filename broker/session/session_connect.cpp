// CONNECT and STOMP: versions, heart-beats, who it is, CONNECTED.
#include "broker/net/query.hpp"
#include "broker/session/replies.hpp"
#include "broker/session/session.hpp"
#include "stomp/heart_beat.hpp"

namespace causeway::session {

namespace {

// The first header, or query parameter, of these names that has a value.
std::string first_of(const stomp::Frame& frame, const net::Query* query,
                     std::initializer_list<std::string_view> names) {
    for (const std::string_view name : names)
        if (const auto value = frame.header(name); value && !value->empty()) return std::string(*value);
    if (query == nullptr) return {};
    for (const std::string_view name : names)
        if (const auto value = query->get(name); value && !value->empty()) return std::string(*value);
    return {};
}

// PRODUCT 3: Authorization, token, passcode, then the upgrade's query.
std::string token_of(const stomp::Frame& frame, const net::Query* query) {
    constexpr std::string_view kBearer = "Bearer ";
    if (const auto header = frame.header("Authorization"); header && !header->empty()) {
        std::string_view token = *header;
        if (token.starts_with(kBearer)) token.remove_prefix(kBearer.size());
        return std::string(token);
    }
    for (const std::string_view name : {"token", "passcode"})
        if (const auto value = frame.header(name); value && !value->empty()) return std::string(*value);
    return query != nullptr ? std::string(query->token()) : std::string();
}

}  // namespace

void Session::on_connect(const stomp::Frame& frame) {
    if (const auto refusal = agree(frame)) {
        ++services_.counters.rejected[admin::RejectReason::kBadHandshake];
        return fail(*refusal, {});
    }
    if (const auto refusal = identify(frame)) {
        ++services_.counters
              .auth_attempts[refusal->code == ErrorCode::kTokenExpired ? admin::AuthResult::kExpired
                                                                       : admin::AuthResult::kRefused];
        ++services_.counters.rejected[admin::RejectReason::kAuth];
        return fail(*refusal, {});
    }
    ++services_.counters.auth_attempts[admin::AuthResult::kAccepted];
    if (const auto refusal = join()) {
        ++services_.counters.rejected[admin::RejectReason::kLimit];
        return fail(*refusal, {});
    }
    send_connected();
}

// Version and heart-beats. Sets version_ so that an ERROR is already in the right one.
std::optional<Refusal> Session::agree(const stomp::Frame& frame) {
    const auto version = stomp::negotiate(frame.header("accept-version"));
    if (!version)
        return Refusal{ErrorCode::kProtocolError, "no version in common; supported: 1.0,1.1,1.2",
                       "accept-version"};
    version_ = *version;
    if (version_ == stomp::Version::k10) return std::nullopt;  // has no heart-beats

    const auto wanted = stomp::parse_heart_beat(frame.header("heart-beat"));
    if (const auto* error = std::get_if<stomp::ProtocolError>(&wanted)) {
        Refusal refusal = refusal_of(*error);
        refusal.field = "heart-beat";
        return refusal;
    }
    const Milliseconds mine = services_.limits.heart_beat;
    const auto agreed = stomp::agree({mine, mine}, std::get<stomp::HeartBeat>(wanted));
    beat_every_ = agreed.we_send_every;
    silence_allowed_ = agreed.we_expect_every;
    return std::nullopt;
}

std::optional<Refusal> Session::identify(const stomp::Frame& frame) {
    const auto query = net::Query::parse(transport_.opening().query);
    const net::Query* const parameters = query ? &*query : nullptr;
    if (auto refusal = log_in(token_of(frame, parameters))) return refusal;
    const auto claimed = frame.header("userId");
    if (claimed && !claimed->empty() && *claimed != identity_.user)
        return Refusal{ErrorCode::kAuthFailed, "the header userId names another user than the token",
                       "userId"};
    device_id_ = first_of(frame, parameters, {"deviceId", "clientId"});
    client_type_ = first_of(frame, parameters, {"clientType", "platform", "deviceType"});
    if (device_id_.size() > 128 || client_type_.size() > 128)
        return Refusal{ErrorCode::kMessageInvalid, "deviceId and clientType have at most 128 octets",
                       "deviceId"};
    notify_on_denied_ = frame.header("on-denied") == "notify";
    return std::nullopt;
}

std::optional<Refusal> Session::log_in(const std::string& token) {
    if (token.empty() && services_.anonymous) {
        identity_.user = "anonymous-" + services_.ids.next();  // what one leaves behind is never another's
        identity_.anonymous = true;
        return std::nullopt;
    }
    if (token.empty())
        return Refusal{ErrorCode::kAuthFailed,
                       "no token; give one in Authorization (Bearer …), token or passcode of CONNECT",
                       "Authorization"};
    auto verified = services_.verify(token);
    if (auto* const refusal = std::get_if<Refusal>(&verified)) return std::move(*refusal);
    identity_ = std::get<identity::Identity>(std::move(verified));
    return std::nullopt;
}

std::optional<Refusal> Session::join() {
    const auto joined = services_.users.join(identity_.user, services_.limits.sessions_per_user);
    if (joined == UserSessions::Joined::kTooMany) {
        ++services_.counters.rate_limited[admin::RateScope::kUser];
        return Refusal{ErrorCode::kRateLimited,
                       "this user has limits.sessions_per_user = " +
                           std::to_string(services_.limits.sessions_per_user) + " sessions already",
                       {}};
    }
    joined_ = true;
    ++services_.counters.sessions;
    if (joined == UserSessions::Joined::kFirst) tell_user(true);
    return std::nullopt;
}

void Session::send_connected() {
    stage_ = Stage::kConnected;
    connected_at_ = services_.clock.wall();
    decoder_.set_version(version_);
    stomp::Limits limits;
    limits.max_body = services_.limits.frame_bytes;
    limits.max_headers = services_.limits.headers;
    limits.max_header_line = services_.limits.header_bytes;
    limits.max_head = services_.limits.head_bytes;
    decoder_.set_limits(limits);
    transport_.allow(services_.limits.frame_bytes + services_.limits.head_bytes);

    ++services_.counters.frames_sent[admin::FrameOut::kConnected];
    send(connected_frame(version_, {identity_, std::to_string(value(id_)), services_.server_name,
                                    services_.limits.heart_beat}));
    next_beat_ = beat_every_.count() > 0 ? now() + beat_every_ / 2 : Monotonic::max();
    set_deadline();
}

}  // namespace causeway::session
