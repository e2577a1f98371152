#include "tests/model/client.hpp"

#include <algorithm>

namespace causeway::model {

namespace {

// Receipts are told apart by their first letter.
constexpr char kSubscribed = 's';
constexpr char kUnsubscribed = 'u';
constexpr char kWish = 'w';

net::Opening opening() {
    net::Opening opening;
    opening.peer = "192.0.2.1";
    return opening;
}

}  // namespace

Client::Client(Judge& judge, session::testing::TestShard& shard, std::uint64_t session_id, std::string user,
               std::string device, Trace trace)
    : judge_(judge),
      shard_(shard),
      user_(std::move(user)),
      device_(std::move(device)),
      name_(user_ + (device_.empty() ? "" : "/" + device_) + "#" + std::to_string(session_id)),
      trace_(std::move(trace)),
      line_(opening()) {
    session_ = std::make_unique<session::Session>(SessionId{session_id}, line_, shard);
    shard.sessions.emplace(SessionId{session_id}, session_.get());
    line_.on_sent = [this](const Seen& seen) {
        if (seen.command != "MESSAGE" || !seen.has("offset")) return;
        if (const Subscription* const subscription = find(seen["subscription"]))
            judge_.on_written(*subscription, seen.number("offset"));
    };
    judge_.devices_of_sessions[session_id] = device_;
    Lines lines{"accept-version:1.2", "host:causeway", "token:" + user_, "on-denied:notify"};
    if (!device_.empty()) lines.push_back("deviceId:" + device_);
    says("CONNECT", lines);
}

Client::~Client() {
    for (const Subscription& one : subscriptions_) judge_.on_gone(one);
}

void Client::says(const std::string& command, const Lines& lines, const std::string& body) {
    up_.emplace_back(session::testing::frame(command, lines, body));
}

void Client::subscribes(Subscription wanted) {
    judge_.on_asked(wanted);
    Lines lines{"id:" + wanted.id, "destination:" + wanted.destination};
    if (wanted.from == From::kDevice && !wanted.implied) lines.emplace_back("resume:device");
    if (wanted.after) lines.push_back("resume-after:" + std::to_string(*wanted.after));
    if (!wanted.epoch.empty()) lines.push_back("epoch:" + wanted.epoch);
    if (wanted.ack != "auto") lines.push_back("ack:" + wanted.ack);
    if (wanted.with_receipt) lines.push_back(std::string("receipt:") + kSubscribed + wanted.id);
    std::string text = name_ + " SUBSCRIBEs";
    for (const auto& line : lines) text += " " + line;
    trace_(text);
    subscriptions_.push_back(std::move(wanted));
    says("SUBSCRIBE", lines);
}

void Client::unsubscribes(Subscription& subscription) {
    trace_(name_ + " UNSUBSCRIBEs " + subscription.id);
    subscription.state = Subscription::State::kLeaving;
    says("UNSUBSCRIBE", {"id:" + subscription.id, std::string("receipt:") + kUnsubscribed + subscription.id});
}

void Client::sends(const std::string& destination, const std::string& body, const std::string& text,
                   const Lines& lines) {
    trace_(name_ + " SENDs to " + destination + " " + body);
    Lines all = lines;
    wishes_.push_back({kWish + std::to_string(++receipts_), text});
    all.push_back("destination:" + destination);
    all.push_back("receipt:" + wishes_.back().receipt);
    says("SEND", all, body);
}

void Client::disconnects() {
    trace_(name_ + " DISCONNECTs");
    saying_goodbye_ = true;
    says("DISCONNECT", {"receipt:bye"});
}

bool Client::server_takes_one() {
    if (up_.empty() || gone_ || line_.closed) return false;
    const auto* octets = std::get_if<std::string>(&up_.front());
    if (octets != nullptr && !line_.reading) return false;
    const auto next = std::move(up_.front());
    up_.pop_front();
    if (octets = std::get_if<std::string>(&next); octets != nullptr)
        session_->on_bytes(*octets);
    else
        session_->on_pong(std::get<std::uint32_t>(next));
    return true;
}

bool Client::deadline_passes(Monotonic now) {
    if (gone_ || line_.closed || !line_.deadline || *line_.deadline > now) return false;
    line_.deadline.reset();
    session_->on_deadline(now);
    return true;
}

void Client::breaks() {
    trace_(name_ + "'s connection breaks");
    if (!gone_ && !line_.closed) session_->on_gone(net::TransportUser::Gone::kBroken);
    gone_ = true;
}

bool Client::reads_one() {
    if (gone_ || line_.down.empty()) return false;
    const auto next = line_.take();
    if (const auto* seen = std::get_if<Seen>(&next))
        on_frame(*seen);
    else
        up_.emplace_back(std::get<std::uint32_t>(next));
    return true;
}

void Client::on_frame(const Seen& seen) {
    std::string text = name_ + " gets " + seen.command;
    for (const auto* header : {"subscription", "receipt-id", "offset", "sequence", "recovered", "redelivered",
                               "first", "last", "code", "message", "duplicate"})
        if (seen.has(header)) text += std::string(" ") + header + ":" + seen[header];
    trace_(text);
    if (seen.command == "CONNECTED")
        connected_ = true;
    else if (seen.command == "RECEIPT")
        on_receipt(seen);
    else if (seen.command == "MESSAGE")
        on_message(seen);
    else
        on_error(seen);
}

void Client::on_receipt(const Seen& seen) {
    const std::string id = seen["receipt-id"];
    Subscription* const subscription = find(id.substr(1));
    if (id.front() == kSubscribed) {
        require(subscription != nullptr && !subscription->answered, name_ + ": an unexpected RECEIPT " + id);
        return judge_.on_answered(*subscription, seen);
    }
    if (id.front() == kUnsubscribed) {
        require(subscription != nullptr, name_ + ": an unexpected RECEIPT " + id);
        subscription->state = Subscription::State::kEnded;
        return judge_.on_gone(*subscription);
    }
    if (id == "bye") return;
    const auto wish =
        std::find_if(wishes_.begin(), wishes_.end(), [&](const Wish& one) { return one.receipt == id; });
    require(wish != wishes_.end() && !wish->answered, name_ + ": an unexpected RECEIPT " + id);
    wish->answered = true;
    if (wish->text.empty()) return;
    wish->offset = seen.number("offset");
    wish->duplicate = seen["duplicate"] == "true";
    const KeptEntry* const entry = judge_.kept.find(wish->offset);
    require(entry != nullptr && entry->text == wish->text && entry->sender == user_,
            name_ + ": " + wish->text + " was receipted, and is not in the log");
    require(seen["message-id"] == entry->message_id && seen.number("sequence") == entry->sequence,
            name_ + ": " + wish->text + " was receipted with other numbers than it has");
    if (wish->duplicate) return;
    require(wish->offset > last_stored_, name_ + ": " + wish->text + " was stored before an earlier SEND");
    last_stored_ = wish->offset;
}

void Client::on_message(const Seen& seen) {
    if (seen["destination"] == "/user/queue/errors") return on_notice(seen);
    Subscription* const subscription = find(seen["subscription"]);
    if (subscription == nullptr && seen["subscription"] == "/user/queue/conversations") return;
    require(subscription != nullptr, name_ + ": a MESSAGE for no subscription: " + seen["subscription"]);
    judge_.on_message(*subscription, seen);
}

void Client::on_notice(const Seen& seen) {
    const std::string id = seen["refused-subscription"];
    if (!id.empty()) {
        Subscription* const subscription = find(id);
        require(subscription != nullptr, name_ + ": a subscription was refused that was not asked for");
        judge_.on_refused(*subscription, seen["code"]);
        return judge_.on_gone(*subscription);
    }
    const std::string body = seen.body;
    for (Wish& wish : wishes_)
        if (body.find("\"receiptId\":\"" + wish.receipt + "\"") != std::string::npos) {
            require(!wish.answered, name_ + ": " + wish.text + " was answered twice");
            wish.answered = true;
            return;
        }
    throw Failed(name_ + ": a notice that answers nothing: " + body);
}

// An UNSUBSCRIBE that crosses the end of its subscription is, for STOMP, one without a subscription.
void Client::on_error(const Seen& seen) {
    const bool crossed = std::any_of(subscriptions_.begin(), subscriptions_.end(), [](const auto& one) {
        return one.state == Subscription::State::kEnded;
    });
    require(seen["code"] == "protocol-error" && crossed, name_ + ": ERROR " + seen["message"]);
}

Subscription* Client::find(const std::string& id) {
    for (auto one = subscriptions_.rbegin(); one != subscriptions_.rend(); ++one)
        if (one->id == id) return &*one;
    return nullptr;
}

std::string Client::free_id() const {
    for (int i = 0;; ++i) {
        std::string id = "sub-" + std::to_string(i);
        const bool used = std::any_of(subscriptions_.begin(), subscriptions_.end(), [&](const auto& one) {
            return one.id == id && one.state != Subscription::State::kEnded;
        });
        if (!used) return id;
    }
}

std::vector<Subscription*> Client::open_subscriptions() {
    std::vector<Subscription*> open;
    for (Subscription& one : subscriptions_)
        if (one.state == Subscription::State::kOpen) open.push_back(&one);
    return open;
}

bool Client::has_device_subscriptions() const {
    return std::any_of(subscriptions_.begin(), subscriptions_.end(),
                       [](const auto& one) { return one.from == From::kDevice; });
}

void Client::acknowledges(Subscription& subscription, std::size_t index, bool negatively) {
    const std::string command = negatively ? "NACK" : "ACK";
    const Subscription::Due& due = subscription.due[index];
    trace_(name_ + " " + command + "s offset " + std::to_string(due.offset) + " on " + subscription.id);
    says(command, {"id:" + due.ack});
    judge_.on_acknowledged(subscription, index, negatively);
}

void Client::check_settled() {
    if (over() || line_.closed) return;
    require(up_.empty(), name_ + ": the session takes no more octets");
    for (const Wish& wish : wishes_) require(wish.answered, name_ + ": " + wish.text + " was never answered");
    for (Subscription& one : subscriptions_)
        if (one.state != Subscription::State::kLeaving) judge_.on_settled(one);
}

}  // namespace causeway::model
