#include "broker/session/replies.hpp"

#include <nlohmann/json.hpp>

#include "stomp/encoder.hpp"

namespace causeway::session {

namespace {

using Json = nlohmann::json;

std::string json_of(const Refusal& refusal, const About& about) {
    const ErrorRow& as = row(refusal.code);
    Json body{{"code", as.name}, {"wsCode", as.ws_code}, {"number", as.number}, {"message", refusal.text}};
    if (!refusal.field.empty()) body["field"] = refusal.field;
    if (about.receipt) body["receiptId"] = *about.receipt;
    if (!about.destination.empty()) body["destination"] = about.destination;
    if (!about.subscription.empty()) body["subscription"] = about.subscription;
    return body.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void put_refusal(stomp::Encoder& frame, const Refusal& refusal, const About& about) {
    const ErrorRow& as = row(refusal.code);
    frame.header("code", as.name);
    frame.header("ws-code", as.ws_code);
    frame.header("number", static_cast<std::uint64_t>(as.number));
    frame.header("retry", as.come_back ? "true" : "false");
    if (about.receipt) frame.header("receipt-id", *about.receipt);
    frame.header("content-type", "application/json");
}

}  // namespace

std::string connected_frame(stomp::Version version, const Greeting& greeting) {
    std::string out;
    stomp::Encoder frame(out, version, stomp::Command::kConnected);
    if (version != stomp::Version::k10) {
        const std::string mine = std::to_string(greeting.heart_beat.count());
        frame.header("version", stomp::to_string(version));
        frame.header("heart-beat", mine + "," + mine);
    }
    frame.header("session", greeting.session);
    frame.header("server", greeting.server);
    frame.header("user-name", greeting.identity.user);
    if (greeting.identity.expires_at)
        frame.header("expires-at", static_cast<std::uint64_t>(to_ms(*greeting.identity.expires_at)));
    frame.finish();
    return out;
}

std::string receipt_frame(stomp::Version version, std::string_view receipt, const routing::Headers& extra) {
    std::string out;
    stomp::Encoder frame(out, version, stomp::Command::kReceipt);
    frame.header("receipt-id", receipt);
    for (const auto& [name, value] : extra) frame.header(name, value);
    frame.finish();
    return out;
}

std::string error_frame(stomp::Version version, const Refusal& refusal, const About& about) {
    std::string out;
    stomp::Encoder frame(out, version, stomp::Command::kError);
    frame.header("message", refusal.text);
    put_refusal(frame, refusal, about);
    if (refusal.field == "accept-version") frame.header("version", stomp::kSupportedVersions);
    if (!about.destination.empty()) frame.header("destination", about.destination);
    if (!about.subscription.empty()) frame.header("subscription", about.subscription);
    frame.finish(json_of(refusal, about));
    return out;
}

std::string notice_frame(stomp::Version version, const Refusal& refusal, const About& about,
                         std::string_view message_id, std::string_view subscription_id,
                         const routing::Headers& extra) {
    std::string out;
    stomp::Encoder frame(out, version, stomp::Command::kMessage);
    frame.header("subscription", subscription_id);
    frame.header("message-id", message_id);
    frame.header("destination", "/user/queue/errors");
    for (const auto& [name, value] : extra) frame.header(name, value);
    frame.header("message", refusal.text);
    put_refusal(frame, refusal, about);
    if (!about.destination.empty()) frame.header("refused-destination", about.destination);
    if (!about.subscription.empty()) frame.header("refused-subscription", about.subscription);
    frame.finish(json_of(refusal, about));
    return out;
}

Refusal refusal_of(const stomp::ProtocolError& error) {
    const bool large = error.kind == stomp::ProtocolError::Kind::kTooLarge;
    return {large ? ErrorCode::kMessageTooLarge : ErrorCode::kProtocolError, error.text, {}};
}

admin::CloseReason close_reason(ErrorCode code) {
    switch (code) {
        case ErrorCode::kAuthFailed:
        case ErrorCode::kSignatureInvalid:
            return admin::CloseReason::kAuth;
        case ErrorCode::kTokenExpired:
            return admin::CloseReason::kTokenExpired;
        case ErrorCode::kTokenRevoked:
            return admin::CloseReason::kTokenRevoked;
        case ErrorCode::kHeartbeatTimeout:
            return admin::CloseReason::kHeartbeat;
        case ErrorCode::kSlowConsumer:
            return admin::CloseReason::kSlowConsumer;
        case ErrorCode::kRateLimited:
            return admin::CloseReason::kRateLimit;
        case ErrorCode::kKicked:
            return admin::CloseReason::kAdmin;
        case ErrorCode::kProtocolError:
        case ErrorCode::kMessageTooLarge:
            return admin::CloseReason::kProtocolError;
        default:
            return admin::CloseReason::kServer;
    }
}

void count(admin::ShardCounters& counters, stomp::Command command) {
    using admin::FrameIn;
    using stomp::Command;
    switch (command) {
        case Command::kConnect:
            ++counters.frames_received[FrameIn::kConnect];
            break;
        case Command::kStomp:
            ++counters.frames_received[FrameIn::kStomp];
            break;
        case Command::kSend:
            ++counters.frames_received[FrameIn::kSend];
            break;
        case Command::kSubscribe:
            ++counters.frames_received[FrameIn::kSubscribe];
            break;
        case Command::kUnsubscribe:
            ++counters.frames_received[FrameIn::kUnsubscribe];
            break;
        case Command::kAck:
            ++counters.frames_received[FrameIn::kAck];
            break;
        case Command::kNack:
            ++counters.frames_received[FrameIn::kNack];
            break;
        case Command::kBegin:
            ++counters.frames_received[FrameIn::kBegin];
            break;
        case Command::kCommit:
            ++counters.frames_received[FrameIn::kCommit];
            break;
        case Command::kAbort:
            ++counters.frames_received[FrameIn::kAbort];
            break;
        case Command::kDisconnect:
            ++counters.frames_received[FrameIn::kDisconnect];
            break;
        default:
            break;  // the decoder lets no other through
    }
}

}  // namespace causeway::session
