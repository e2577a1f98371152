// From the routing table to the client, and the proof that it arrived.
#include "broker/session/session.hpp"

namespace causeway::session {

void ClientSubscription::deliver(const routing::MessagePtr& message) { session_.deliver(*this, message); }
void AckedSubscription::deliver(const routing::MessagePtr& message) {
    session().deliver_acked(*this, message);
}
void LogSubscription::deliver(const routing::MessagePtr& message) { session().deliver_live(*this, message); }

void Session::deliver(ClientSubscription& subscription, const routing::MessagePtr& message) {
    if (message->skip == id_) return;
    if (subscription.is_pattern() && !may_receive(message->destination)) return;
    count_delivery(*message);
    transport_.send(subscription.encoding().frame(message));
}

void Session::deliver_acked(ClientSubscription& subscription, const routing::MessagePtr& message) {
    if (message->skip == id_) return;
    if (subscription.is_pattern() && !may_receive(message->destination)) return;
    routing::Headers extra;
    put_ack(*subscription.ledger(), *message, extra);
    send_message(subscription, message, extra);
}

void Session::send_message(ClientSubscription& subscription, const routing::MessagePtr& message,
                           const routing::Headers& extra) {
    count_delivery(*message);
    if (extra.empty())
        transport_.send(subscription.encoding().frame(message));
    else
        transport_.send(subscription.encoding().frame_with(*message, extra));
}

void Session::count_delivery(const routing::Message& message) {
    const bool plain = message.content->protobuf().empty();
    ++delivered_;
    ++services_.counters.frames_sent[admin::FrameOut::kMessage];
    ++services_.counters.messages_delivered[plain ? admin::Source::kStomp : admin::Source::kBroker];
}

void Session::on_drained() {
    if (stage_ == Stage::kClosed) return;
    logs_.on_drained();
    queued_.on_drained();
    run_parts();
}

void Session::want_proof() {
    if (proof_wanted_) return;
    proof_wanted_ = true;
    services_.wants_proof.push_back(this);
}

void Session::on_turn_end() {
    proof_wanted_ = false;
    if (stage_ != Stage::kConnected) return;
    if (const auto token = proof_.ping_due(now())) {
        logs_.on_pinged();
        queued_.on_pinged();
        transport_.ping(*token);
    } else if (proof_.due()) {
        set_deadline();
    }
}

void Session::on_pong(std::uint32_t token) {
    last_in_ = now();
    pinged_for_life_.reset();
    if (stage_ == Stage::kClosed || !proof_.on_pong(token)) return;
    logs_.on_pong();
    queued_.on_pong();
    if (proof_.due()) want_proof();
}

}  // namespace causeway::session
