// SEND and DISCONNECT.
#include <algorithm>
#include <array>

#include "broker/app/message_envelope.hpp"
#include "broker/app/names.hpp"
#include "broker/routing/destination.hpp"
#include "broker/session/replies.hpp"
#include "broker/session/session.hpp"

namespace causeway::session {

namespace {

// What a sender may not say in the server's name, and what is between him and us only.
bool is_reserved(std::string_view header) {
    static constexpr std::array<std::string_view, 29> kReserved{"Authorization",
                                                                "ack",
                                                                "code",
                                                                "content-length",
                                                                "content-type",
                                                                "dead-letter-from",
                                                                "dead-letter-reason",
                                                                "delivery-count",
                                                                "destination",
                                                                "duplicate",
                                                                "epoch",
                                                                "first",
                                                                "heart-beat",
                                                                "last",
                                                                "message-id",
                                                                "number",
                                                                "offset",
                                                                "passcode",
                                                                "receipt",
                                                                "receipt-id",
                                                                "recovered",
                                                                "redelivered",
                                                                "sender-id",
                                                                "sequence",
                                                                "stored",
                                                                "subscription",
                                                                "timestamp",
                                                                "token",
                                                                "transaction"};
    return std::binary_search(kReserved.begin(), kReserved.end(), header) || header.starts_with("user-") ||
           header == "ws-code";
}

// What the client says twice, he means once: a name that the store can keep, or nothing.
std::optional<std::string_view> client_msg_id_of(const stomp::Frame& frame) {
    constexpr std::size_t kMostBytes = 128;
    const std::string_view id = frame.header("client-msg-id").value_or("");
    if (!app::is_name(id, kMostBytes)) return std::nullopt;
    return id;
}

// What is neither is no wish: a message meant to be kept must not be volatile for a slip of the pen.
std::optional<Refusal> fault_of_persistent(const stomp::Frame& frame) {
    constexpr std::size_t kMostShown = 32;
    const auto said = frame.header("persistent");
    if (!said || *said == "true" || *said == "false") return std::nullopt;
    std::string text = "persistent must be 'true' or 'false'";
    if (app::is_name(*said, kMostShown)) text += ", not '" + std::string(*said) + "'";
    return Refusal{ErrorCode::kMessageInvalid, std::move(text), "persistent"};
}

// By the store: commands, and what is sent to be kept.
bool may_be_kept(const stomp::Frame& frame, const routing::Destination& destination,
                 const routing::Router& router) {
    if (destination.kind == routing::DestinationKind::kApp || frame.header("persistent") == "true")
        return true;
    if (destination.kind != routing::DestinationKind::kTopic) return false;
    const routing::HistoryRule* const rule = router.history_of(destination.text);
    return rule != nullptr && rule->stored;
}

Refusal bad_client_msg_id() {
    return {ErrorCode::kMessageInvalid, "client-msg-id has at most 128 octets and no control characters",
            "client-msg-id"};
}

}  // namespace

void Session::on_send(const stomp::Frame& frame) {
    const auto text = frame.header("destination");
    if (!text)
        return fail({ErrorCode::kProtocolError, "SEND without destination", "destination"}, origin_of(frame));
    if (frame.header("transaction")) return on_frame_in_transaction(frame);
    const auto parsed = routing::parse_destination(*text, services_.destination_limits);
    if (const auto* fault = std::get_if<std::string>(&parsed))
        return refuse({ErrorCode::kMessageInvalid, "destination: " + *fault, "destination"},
                      origin_of(frame));
    const auto& destination = std::get<routing::Destination>(parsed);
    if (may_be_kept(frame, destination, services_.router) && logs_.hold_frame()) return;
    if (destination.kind == routing::DestinationKind::kApp) return on_command(frame, destination.name);
    Read<KeptSends::Send> read = read_send(frame, destination);
    if (const auto* const fault = std::get_if<NotRead>(&read)) {
        if (fault->refusal) refuse(*fault->refusal, origin_of(frame));
        return;
    }
    carry_out(std::get<KeptSends::Send>(std::move(read)), origin_of(frame));
}

// Everything that can be wrong with a SEND is found here, whether it is carried out now or at a COMMIT.
Read<KeptSends::Send> Session::read_send(const stomp::Frame& frame, const routing::Destination& destination) {
    if (auto refusal = fault_of_persistent(frame)) return *std::move(refusal);
    if (auto refusal = listen_for_reply(frame)) return *std::move(refusal);
    switch (destination.kind) {
        case routing::DestinationKind::kTopic:
            return read_publish(frame, std::string(destination.text), false);
        case routing::DestinationKind::kNamedUserQueue:
            if (frame.header("persistent") == "true") return read_persistent(frame, destination);
            return read_publish(frame, routing::routed_form(destination, identity_.user), true);
        case routing::DestinationKind::kUserQueue:
            return Refusal{ErrorCode::kPermissionDenied,
                           "a user's own queue is not sent to; name the user: /user/{name}/queue/…",
                           "destination"};
        case routing::DestinationKind::kQueue:
            return read_queued(frame, std::string(destination.text));
        case routing::DestinationKind::kTempQueue:
            return read_to_temp_queue(frame, destination);
        case routing::DestinationKind::kApp:
            break;
    }
    return Refusal{ErrorCode::kTypeUnsupported, "a command is not sent to like a destination", "destination"};
}

// Most clients SEND to one destination many times; those with many would only fill a cache.
// Nothing: he may.
std::optional<NotRead> Session::hindrance_to_send(const stomp::Frame& frame, const std::string& destination) {
    if (destination == last_sent_to_) return std::nullopt;
    const identity::Verdict verdict = ask(identity::Action::kSend, destination);
    if (verdict == identity::Verdict::kAllow) {
        last_sent_to_ = destination;
        return std::nullopt;
    }
    if (verdict == identity::Verdict::kNeedsMembership) return memberships_first(frame);
    ++services_.counters.acl_denied[admin::AclAction::kSend];
    return Refusal{ErrorCode::kPermissionDenied, "no rule lets you SEND to this destination", "destination"};
}

std::shared_ptr<routing::Message> Session::message_of(const stomp::Frame& frame, std::string destination) {
    ++sent_;
    ++services_.counters.messages_received[admin::Source::kStomp];
    auto message = std::make_shared<routing::Message>();
    message->destination = std::move(destination);
    message->message_id = services_.ids.next();
    message->sender_id = identity_.user;
    message->timestamp = to_ms(services_.clock.wall());
    for (const auto& [name, value] : frame.headers())
        if (!is_reserved(name)) message->headers.emplace_back(name, value);
    for (auto& [name, value] : message->headers)
        if (name == "reply-to" && routing::kind_of(value) == routing::DestinationKind::kTempQueue)
            value = routed_temp_queue(value);
    message->content = std::make_shared<const routing::Content>(
        std::string(frame.body()), std::string(frame.header("content-type").value_or("")));
    return message;
}

Read<KeptSends::Send> Session::read_publish(const stomp::Frame& frame, std::string destination,
                                            bool skip_self) {
    if (auto hindrance = hindrance_to_send(frame, destination)) return *std::move(hindrance);
    const routing::HistoryRule* const rule = services_.router.history_of(destination);
    const bool kept = rule != nullptr && rule->stored;
    std::string client_msg_id;
    if (kept) {
        const auto named = client_msg_id_of(frame);
        if (!named) return bad_client_msg_id();
        client_msg_id = *named;
    }
    const bool in_line = kept || (sends_ && sends_->holds(destination));
    if (in_line && sends_ && sends_->full()) return sends_first();
    const auto message = message_of(frame, std::move(destination));
    message->client_msg_id = std::move(client_msg_id);
    if (skip_self) message->skip = id_;
    KeptSends::Send send{
        kept ? KeptSends::Send::Way::kTopic : KeptSends::Send::Way::kPassOn, message, {}, {}, false};
    send.not_stored = frame.header("persistent") == "true" && rule == nullptr;
    return send;
}

// PRODUCT 7: into the user's inbox, and from there to his devices, those that are here and those that are
// not.
Read<KeptSends::Send> Session::read_persistent(const stomp::Frame& frame,
                                               const routing::Destination& destination) {
    constexpr std::size_t kMostBytes = 128;  // of a user's name, as everywhere
    std::string routed = routing::routed_form(destination, identity_.user);
    if (auto hindrance = hindrance_to_send(frame, routed)) return *std::move(hindrance);
    const std::string owner = routing::decode_segment(destination.user).value_or("");
    if (owner.empty() || !app::is_name(owner, kMostBytes))
        return Refusal{
            ErrorCode::kMessageInvalid,
            "nothing can be kept for a user whose name has control characters, is not UTF-8 or is longer "
            "than 128 octets",
            "destination"};
    if (!is_inbox(destination.name))
        return Refusal{ErrorCode::kMessageInvalid,
                       "persistent: nothing is kept in this user queue; it holds the broker's own messages",
                       "persistent"};
    const auto client_msg_id = client_msg_id_of(frame);
    if (!client_msg_id) return bad_client_msg_id();
    if (sends_ && sends_->full()) return sends_first();
    const auto message = message_of(frame, std::move(routed));
    message->skip = id_;
    auto append = inbox_append(*message, owner, *client_msg_id);
    if (app::is_name(device_id_, kMostBytes)) append->envelope.set_deviceid(device_id_);
    append->envelope.set_sendername(identity_.name);
    return KeptSends::Send{KeptSends::Send::Way::kInbox, message, std::move(append), {}, false};
}

// To a queue, whose owner may have no room for what is not stored.
Read<KeptSends::Send> Session::read_queued(const stomp::Frame& frame, std::string destination) {
    if (auto hindrance = hindrance_to_send(frame, destination)) return *std::move(hindrance);
    const bool stored = frame.header("persistent") == "true";
    const auto client_msg_id = stored ? client_msg_id_of(frame) : std::string_view();
    if (!client_msg_id) return bad_client_msg_id();
    if (sends_ && sends_->full()) return sends_first();
    const auto message = message_of(frame, std::move(destination));
    message->client_msg_id = *client_msg_id;
    if (!stored) return KeptSends::Send{KeptSends::Send::Way::kQueue, message, nullptr, {}, true};
    auto append = std::make_shared<storage::Append>(app::topic_append(*message));
    return KeptSends::Send{KeptSends::Send::Way::kInbox, message, std::move(append), {}, false};
}

// The RECEIPT follows when it is stored, or on its way.
void Session::carry_out(KeptSends::Send send, const Origin& origin) {
    const bool in_line =
        send.way != KeptSends::Send::Way::kPassOn || (sends_ && sends_->holds(send.message->destination));
    if (in_line) return send_in_line(std::move(send), origin);
    services_.router.publish(send.message);
    if (!origin.receipt) return;
    routing::Headers headers{{"message-id", send.message->message_id}};
    if (send.not_stored) headers.emplace_back("stored", "false");
    send_receipt(origin.receipt, headers);
}

void Session::send_in_line(KeptSends::Send send, const Origin& origin) {
    if (!sends_) sends_ = std::make_shared<KeptSends>(services_);
    ++commands_running_;
    send.on_sent = [&services = services_, id = id_, origin](const SendResult& result) {
        if (Session* const session = services.find(id)) session->on_sent(result, origin);
    };
    sends_->submit(std::move(send));
}

void Session::on_sent(const SendResult& result, const Origin& origin) {
    --commands_running_;
    if (stage_ == Stage::kClosed) return;
    if (const auto* refusal = std::get_if<Refusal>(&result)) {
        refuse(*refusal, origin);
    } else {
        const auto& sent = std::get<Sent>(result);
        routing::Headers headers;
        // Of a repetition whose first one is no longer kept only the offset is known.
        if (!sent.message_id.empty()) headers.emplace_back("message-id", sent.message_id);
        if (sent.offset) {
            if (!sent.message_id.empty()) headers.emplace_back("timestamp", std::to_string(sent.timestamp));
            headers.emplace_back("offset", std::to_string(value(*sent.offset)));
            headers.emplace_back("duplicate", sent.duplicate ? "true" : "false");
            headers.emplace_back("stored", "true");
        } else if (routing::Shards::is_queue(origin.destination)) {
            headers.emplace_back("stored", "false");
        }
        send_receipt(origin.receipt, headers);
    }
    if (stage_ == Stage::kDisconnecting && commands_running_ == 0) return finish_disconnect();
    if (waits_for_sends_ && !sends_->full()) read_on();
}

// As on_sent(), of a command that has no answer, or has had it.
void Session::on_carried_out() {
    --commands_running_;
    if (stage_ == Stage::kDisconnecting && commands_running_ == 0) finish_disconnect();
}

// The frame goes back to the decoder; the client is not read until the store has caught up with it.
NotRead Session::sends_first() {
    waits_for_sends_ = true;
    hold_frame();
    return NotRead::waits();
}

// The RECEIPT promises that everything before was handled, so it waits for the commands under way, and for
// acknowledgements that are not written yet.
void Session::on_disconnect(const stomp::Frame& frame) {
    disconnect_ = std::make_unique<Origin>(origin_of(frame));
    stage_ = Stage::kDisconnecting;
    ++commands_running_;
    for (const queue::ConsumerId consumer : queued_.consumers()) {
        ++commands_running_;
        services_.queues.settle(consumer, {},
                                [&services = services_, id = id_](const std::optional<Refusal>&) {
                                    if (Session* const session = services.find(id)) session->on_carried_out();
                                });
    }
    on_carried_out();
}

// The RECEIPT is on its way before the Close frame is.
void Session::finish_disconnect() {
    send_receipt(disconnect_->receipt);
    ++services_.counters.closed[admin::CloseReason::kClient];
    leave();
    transport_.close({}, {1000, "bye"});
}

}  // namespace causeway::session
