// What clients and operators do in a trial.
#include <algorithm>
#include <array>

#include "storage/log_name.hpp"
#include "tests/model/trial.hpp"

namespace causeway::model {

using namespace storage;

namespace {

constexpr std::size_t kMostClients = 7;
constexpr std::size_t kBurst = 140;

std::string user(std::size_t number) { return "u" + std::to_string(number); }

std::string body_of(const std::string& to, const std::string& key, const std::string& text) {
    std::string body = "{" + to + R"(,"content":")" + text + '"';
    if (!key.empty()) body += R"(,"clientMsgId":")" + key + '"';
    return body + '}';
}

std::string field(const std::string& name, const std::string& value) {
    return '"' + name + "\":\"" + value + '"';
}

}  // namespace

void Trial::connect(Dice& dice) {
    if (clients_.size() >= kMostClients) return;
    static const std::array<std::string, 4> kDevices{"", "d1", "d1", "d2"};
    const bool again = dice.one_in(2);
    const std::string name = again ? favourite_.user : user(dice.below(3));
    const std::string device = again ? "d1" : dice.of(kDevices);
    connect_as(dice, name, device);
}

Client& Trial::connect_as(Dice& dice, const std::string& name, const std::string& device) {
    auto& shard = *dice.of(world_->shards);
    clients_.push_back(std::make_unique<Client>(judge_, shard, next_session_++, name, device,
                                                [this](const std::string& text) { say(text); }));
    Client& client = *clients_.back();
    say(client.name() + " CONNECTs");
    while (client.server_takes_one()) judge_.tick();
    if (!dice.one_in(4)) client.reads_one();
    return client;
}

void Trial::break_line(Client& client, Dice& dice) {
    for (std::size_t read = dice.below(6); read > 0; --read) client.reads_one();
    client.breaks();
}

// A device's connection breaks; the device connects again, on any shard, and subscribes to the same.
void Trial::come_back(Client& before, Dice& dice) {
    if (before.device().empty()) return;
    std::vector<Subscription> had;
    for (const Subscription* const one : before.open_subscriptions())
        if (one->from == From::kDevice) had.push_back(*one);
    break_line(before, dice);
    Client& again = connect_as(dice, before.user(), before.device());
    if (!again.talks()) return;
    for (const Subscription& one : had) {
        Subscription wanted;
        wanted.id = again.free_id();
        wanted.log = one.log;
        wanted.destination = one.destination;
        wanted.device = again.device();
        wanted.session = again.session_id();
        wanted.from = From::kDevice;
        wanted.implied = one.implied;
        wanted.ack = one.ack;
        wanted.with_receipt = !dice.one_in(4);
        again.subscribes(std::move(wanted));
    }
}

void Trial::choose_favourite(Dice& dice) {
    static const std::array<Log, 4> kLogs{
        Log{Log::Kind::kPrivateMessages, {}, {}}, Log{Log::Kind::kMessages, {}, {}},
        Log{Log::Kind::kInbox, {}, "alerts"}, Log{Log::Kind::kConversation, {}, "g0"}};
    favourite_ = dice.of(kLogs);
    favourite_.user = user(dice.below(3));
}

Log Trial::some_log(Dice& dice, const std::string& name) const {
    if (dice.one_in(2)) return {favourite_.kind, name, favourite_.name};
    switch (dice.below(7)) {
        case 0:
            return {Log::Kind::kPrivateMessages, name, {}};
        case 1:
        case 2:
            return {Log::Kind::kMessages, name, {}};
        case 3:
            return {Log::Kind::kInbox, name, "alerts"};
        default:
            break;
    }
    return {Log::Kind::kConversation, name, some_conversation(dice)};
}

std::string Trial::some_conversation(Dice& dice) const {
    if (dice.one_in(2)) return busy_;
    const auto ids = judge_.kept.conversations();
    return dice.of(ids);
}

void Trial::subscribe(Dice& dice) {
    Client* const client = someone_who_talks(dice);
    if (client == nullptr) return;
    Subscription wanted;
    wanted.id = client->free_id();
    wanted.log = some_log(dice, client->user());
    wanted.destination = log_name(wanted.log);
    wanted.device = client->device();
    wanted.session = client->session_id();
    wanted.with_receipt = !dice.one_in(4);
    if (acknowledges_much_ ? !dice.one_in(5) : dice.one_in(4))
        wanted.ack = dice.one_in(2) ? "client" : "client-individual";
    choose_place(dice, wanted);
    client->subscribes(std::move(wanted));
}

void Trial::unsubscribe(Dice& dice) {
    Client* const client = someone_who_talks(dice);
    if (client == nullptr) return;
    const auto open = client->open_subscriptions();
    if (!open.empty()) client->unsubscribes(*dice.of(open));
}

// Where it begins: live, after an offset that may be none, or where the device was.
void Trial::choose_place(Dice& dice, Subscription& wanted) const {
    const std::size_t way = dice.below(8);
    if (way < 4 && (!wanted.device.empty() || dice.one_in(20))) wanted.from = From::kDevice;
    if (way == 4 || way == 5) wanted.from = From::kOffset;
    if (wanted.from == From::kLive && wanted.is_user_queue() && !wanted.device.empty()) {
        wanted.from = From::kDevice;
        wanted.implied = true;
    }
    if (wanted.from == From::kOffset || (wanted.from == From::kDevice && !wanted.implied && dice.one_in(6))) {
        const std::uint64_t end = judge_.kept.end();
        const std::array<std::uint64_t, 5> places{0, dice.below(end + 1), dice.below(end + 1), end,
                                                  end + 1 + dice.below(4)};
        wanted.after = dice.of(places);
        if (dice.one_in(5)) {
            wanted.epoch = dice.of(epochs_);
        } else if (!dice.one_in(3)) {
            wanted.epoch = epochs_.back();
        }
    }
}

void Trial::send(Dice& dice, std::size_t count) {
    Client* const client = someone_who_talks(dice);
    if (client == nullptr) return;
    for (; count > 0; --count) {
        Said said{client->user(), "/app/chat", {}, {}, "t" + std::to_string(++texts_)};
        const std::size_t way = dice.below(6);
        if (way == 0) {
            said.destination = "/user/" + user(dice.below(3)) + "/queue/alerts";
        } else if (way < 3) {
            const std::string other = user((std::size_t(client->user()[1] - '0') + 1 + dice.below(2)) % 3);
            said.destination = "/app/private-message";
            said.to = field("receiverId", other);
        } else {
            said.to = field("conversationId", some_conversation(dice));
        }
        if (!dice.one_in(3)) said.key = "k" + std::to_string(texts_);
        std::vector<Said> mine;
        std::copy_if(said_.begin(), said_.end(), std::back_inserter(mine),
                     [&](const Said& one) { return one.user == client->user() && !one.key.empty(); });
        if (!mine.empty() && dice.one_in(6)) {
            const std::string text = said.text;
            said = dice.of(mine);
            if (dice.one_in(3)) said.text = text;  // the same id with another body
        }
        if (said.to.empty()) {
            Lines lines{"persistent:true"};
            if (!said.key.empty()) lines.push_back("client-msg-id:" + said.key);
            client->sends(said.destination, said.text, said.text, lines);
        } else {
            client->sends(said.destination, body_of(said.to, said.key, said.text), said.text);
        }
        said_.push_back(said);
        if (said_.size() > 12) said_.erase(said_.begin());
    }
}

// More than a subscription keeps back while its log is read, all to the log that most is about. Mostly all
// of it arrives before anybody reads or acknowledges.
void Trial::burst(Dice& dice) {
    Client* const client = someone_else_than(favourite_.user, dice);
    if (client == nullptr) return;
    for (std::size_t count = kBurst; count > 0; --count) {
        const std::string text = "t" + std::to_string(++texts_);
        if (favourite_.kind == Log::Kind::kInbox) {
            client->sends("/user/" + favourite_.user + "/queue/alerts", text, text, {"persistent:true"});
        } else if (favourite_.kind == Log::Kind::kConversation) {
            client->sends("/app/chat", body_of(field("conversationId", favourite_.name), {}, text), text);
        } else {
            client->sends("/app/private-message", body_of(field("receiverId", favourite_.user), {}, text),
                          text);
        }
    }
    if (dice.one_in(4)) return;
    for (bool moves = true; moves;) {
        moves = client->server_takes_one();
        for (const auto& shard : world_->shards) moves |= shard->turn();
        moves |= store_.step(dice);
        judge_.tick();
    }
}

void Trial::change_membership(Dice& dice) {
    static const std::array<std::string, 5> kCommands{"join", "leave", "add", "remove", "add"};
    const std::string command = dice.of(kCommands);
    const std::string conversation = some_conversation(dice);
    const bool of_another = command == "add" || command == "remove";
    const std::string owner = conversation == "g1" ? user(1) : user(0);
    Client* const client = of_another && !dice.one_in(3) ? someone_of(owner, dice) : someone_who_talks(dice);
    if (client == nullptr) return;
    std::string body = '{' + field("conversationId", conversation);
    if (of_another) body += ',' + field("userId", user(dice.below(3)));
    client->sends("/app/conversations/" + command, body + '}', {});
}

// Of what came, mostly what was not answered yet.
std::size_t Trial::some_due(Dice& dice, const Subscription& subscription) {
    std::vector<std::size_t> open;
    for (std::size_t i = 0; i < subscription.due.size(); ++i)
        if (subscription.due[i].answer == Subscription::Due::Answer::kNone) open.push_back(i);
    if (open.empty() || dice.one_in(8)) return dice.below(subscription.due.size());
    return dice.one_in(3) ? open.back() : dice.of(open);
}

// In any order, often leaving some unanswered, at times negatively. What the broker made of it shows when the
// device comes back.
void Trial::acknowledge(Dice& dice) {
    Client* const client = dice.one_in(8) ? someone_who_talks(dice) : someone_who_owes(dice);
    if (client == nullptr) return;
    for (Subscription* const subscription : client->open_subscriptions()) {
        const bool refuses = dice.one_in(3);
        for (std::size_t i = dice.below(3); i < 3 && !subscription->due.empty(); ++i) {
            if (subscription->unanswered() == 0 && !dice.one_in(10)) break;
            client->acknowledges(*subscription, some_due(dice, *subscription), refuses && dice.one_in(2));
        }
    }
    if (!dice.one_in(3)) return;
    while (client->server_takes_one()) judge_.tick();
    if (dice.one_in(2)) come_back(*client, dice);
}

// By an operator, of a device that is away.
void Trial::reset_cursor(Dice& dice) {
    const std::string name = user(dice.below(3));
    const std::string device = dice.one_in(2) ? "d1" : "d2";
    const bool here = std::any_of(clients_.begin(), clients_.end(), [&](const auto& one) {
        return one->user() == name && one->device() == device;
    });
    if (here) return;
    ResetCursors request{name, device, log_name(some_log(dice, name)), {}};
    if (dice.one_in(2)) request.to = Offset{dice.below(judge_.kept.end() + 1)};
    bool done = false;
    store_.submit(request, [&done](const Answer& answer) { done = std::holds_alternative<Changed>(answer); });
    while (store_.step(dice)) judge_.tick();
    if (!done) return;
    say("the cursor of " + name + "/" + device + " on " + request.log + " is reset to " +
        (request.to ? std::to_string(value(*request.to)) : "nothing"));
    judge_.on_cursor_reset(name, device, request.log,
                           request.to ? std::optional(value(*request.to)) : std::nullopt);
}

}  // namespace causeway::model
