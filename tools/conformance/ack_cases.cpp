// ACK and NACK.
#include <set>

#include "tools/conformance/case.hpp"
#include "tools/conformance/offered.hpp"
#include "tools/conformance/verdict.hpp"

namespace causeway::conformance {

namespace {

std::string send(const std::string& destination, const std::string& body) {
    return raw_frame("SEND", {"destination:" + destination, "receipt:sent"}, body);
}
// A line with a value as 1.2 escapes it.
std::string line(const std::string& name, const std::string& value) {
    const std::string frame = bench::encode_frame("ACK", {{name, value}});
    return frame.substr(4, frame.size() - 7);
}

void ack_header(Stage& stage) {
    auto with = acknowledging(stage);
    std::set<std::string> acks{with.message.value("ack")};
    for (int i = 0; i < 3; ++i) {
        with.client.text(raw_frame("SEND", {"destination:" + with.topic}, "x"));
        acks.insert(with.client.wants("MESSAGE").value("ack"));
    }
    holds(acks.size() == 4 && !acks.contains(""), "four `ack`s of four messages",
          std::to_string(acks.size()));
}
void no_ack_header(Stage& stage) {
    holds(stage.passes({}).count("ack") == 0, "no `ack` where none is needed", "one");
}
void keys_12(Stage& stage) {
    auto with = acknowledging(stage);
    with.client.does(raw_frame("ACK", {line("id", with.message.value("ack")), "message-id:other",
                                       "subscription:other", "receipt:1"}),
                     "1");
}
void keys_11(Stage& stage) {
    auto with = acknowledging(stage, "1.1");
    with.client.does(raw_frame("ACK", {line("message-id", with.message.value("message-id")), "subscription:0",
                                       "id:other", "receipt:1"}),
                     "1");
}
void keys_10(Stage& stage) {
    auto with = acknowledging(stage, "1.0");
    with.client.does(raw_frame("ACK", {"message-id:" + with.message.value("message-id"), "receipt:1"}), "1");
}
void missing_12(Stage& stage) {
    auto with = acknowledging(stage);
    with.client.text(
        raw_frame("ACK", {line("message-id", with.message.value("message-id")), "subscription:0"}));
    stage.refused(with.client);
}
void missing_11(Stage& stage) {
    auto with = acknowledging(stage, "1.1");
    with.client.text(raw_frame("ACK", {line("message-id", with.message.value("message-id"))}));
    stage.refused(with.client);
}
void garbage(Stage& stage) {
    auto with = acknowledging(stage);
    with.client.text(raw_frame("ACK", {"id:never-sent", "receipt:1"}));
    stage.refused(with.client);
}
void twice(Stage& stage) {
    auto with = acknowledging(stage);
    const std::string ack = raw_frame("ACK", {line("id", with.message.value("ack")), "receipt:1"});
    with.client.does(ack, "1");
    with.client.does(ack, "1");
}
void after_unsubscribe(Stage& stage) {
    auto with = acknowledging(stage);
    with.client.does(raw_frame("UNSUBSCRIBE", {"id:0", "receipt:gone"}), "gone");
    with.client.does(raw_frame("ACK", {line("id", with.message.value("ack")), "receipt:1"}), "1");
}
void nack(Stage& stage) {
    auto with = acknowledging(stage, "1.2", "client-individual");
    with.client.text(raw_frame("NACK", {line("id", with.message.value("ack")), "receipt:1"}));
    for (int i = 0; i < 3; ++i) {  // a broker may redeliver before its RECEIPT
        const auto answer = with.client.next();
        if (answer && answer->command == "RECEIPT") return;
        if (!answer || answer->command == "ERROR")
            throw Wrong{"RECEIPT", answer ? answer->summary() : "nothing"};
    }
}
void nack_10(Stage& stage) {
    auto with = acknowledging(stage, "1.0");
    with.client.text(raw_frame("NACK", {"message-id:" + with.message.value("message-id"), "receipt:1"}));
    stage.refused(with.client);
}

// Three messages in a queue, read by a client in that mode.
struct Three {
    std::string queue;
    Client client;
    std::vector<Seen> messages;
};
Three three(Stage& stage, const std::string& mode) {
    const std::string queue = offered_queue(stage);
    Client client = stage.connects();
    client.subscribes(queue, "0", {{"ack", mode}});
    std::vector<Seen> messages;
    for (int i = 1; i <= 3; ++i) {
        Client sender = stage.connects();
        sender.does(send(queue, std::to_string(i)), "sent");
        messages.push_back(client.wants("MESSAGE"));
    }
    return {queue, std::move(client), std::move(messages)};
}
// What is left in the queue when its reader has gone.
std::string left_after(Stage& stage, Three& of, Seen* first = nullptr) {
    of.client.wire().drop();
    Client next = stage.connects();
    next.subscribes(of.queue, "0");
    std::string bodies;
    while (const auto message = next.next()) {
        if (first && bodies.empty()) *first = *message;
        bodies += message->body;
    }
    return bodies;
}
void acks(Three& of, std::size_t which, const std::string& command = "ACK") {
    of.client.does(raw_frame(command, {line("id", of.messages[which].value("ack")), "receipt:1"}), "1");
}
void cumulative(Stage& stage) {
    Three of = three(stage, "client");
    acks(of, 1);
    same("left in the queue", "3", left_after(stage, of));
}
void individual(Stage& stage) {
    Three of = three(stage, "client-individual");
    acks(of, 1);
    same("left in the queue", "13", left_after(stage, of));
}
void per_subscription(Stage& stage) {
    Three of = three(stage, "client");
    const std::string other = stage.queue();
    of.client.subscribes(other, "1", {{"ack", "client"}});
    of.client.text(raw_frame("SEND", {"destination:" + other}, "last"));
    const Seen last = of.client.wants("MESSAGE");
    of.client.does(raw_frame("ACK", {line("id", last.value("ack")), "receipt:1"}), "1");
    same("left in the first queue", "123", left_after(stage, of));
}
void redelivered(Stage& stage) {
    Three of = three(stage, "client");
    Seen first;
    same("left in the queue", "123", left_after(stage, of, &first));
    same("redelivered", "true", first.value("redelivered"));
}
void nack_redelivers(Stage& stage) {
    Three of = three(stage, "client-individual");
    of.client.text(raw_frame("NACK", {line("id", of.messages[0].value("ack"))}));
    const auto again = of.client.next(std::chrono::seconds(5));
    same("redelivered body", "1", again ? again->body : "nothing");
}
void nack_drops(Stage& stage) {
    Three of = three(stage, "client-individual");
    of.client.text(raw_frame("NACK", {line("id", of.messages[0].value("ack")), "requeue:false"}));
    if (const auto again = of.client.next()) throw Wrong{"no redelivery", again->summary()};
    same("left in the queue", "23", left_after(stage, of));
}
void competing(Stage& stage) {
    const std::string queue = offered_queue(stage);
    Client one = stage.connects(), other = stage.connects(), sender = stage.connects();
    one.subscribes(queue, "0");
    other.subscribes(queue, "0");
    for (int i = 0; i < 10; ++i) sender.does(send(queue, std::to_string(i)), "sent");
    int seen = 0;
    while (one.next(std::chrono::milliseconds(500))) ++seen;
    while (other.next(std::chrono::milliseconds(500))) ++seen;
    same("messages at two consumers", "10", std::to_string(seen));
}

constexpr auto kRule = Case::Ground::kRule;
constexpr auto kChoice = Case::Ground::kChoice;
constexpr const char* kMode = "STOMP 1.2, SUBSCRIBE ack Header";
constexpr const char* kAck = "STOMP 1.2, ACK";
constexpr const char* kNack = "STOMP 1.2, NACK";

// clang-format off
constexpr Case kCases[] = {
    {57, "competing", "A message in a queue goes to one of its consumers.", "practice", kChoice, competing},
    {60, "cumulative", "In mode client an ACK is for all before it, too.", kMode, kRule, cumulative},
    {60, "per-subscription", "… of the same subscription only.", kMode, kRule, per_subscription},
    {60, "individual", "In mode client-individual it is for one.", kMode, kRule, individual},
    {61, "ack-1.2", "1.2 acknowledges by id, whatever else is said.", kAck, kRule, keys_12},
    {61, "ack-1.1", "1.1 acknowledges by message-id and subscription.", "STOMP 1.1, ACK", kRule, keys_11},
    {61, "ack-1.0", "1.0 acknowledges by message-id.", "STOMP 1.0, ACK", kRule, keys_10},
    {61, "ack-without-id", "In 1.2 ACK needs an id.", kAck, kRule, missing_12},
    {61, "ack-without-subscription", "In 1.1 ACK needs a subscription.", "STOMP 1.1, ACK", kRule, missing_11},
    {62, "ack-header", "A MESSAGE to be acknowledged has an `ack` of its own.", "STOMP 1.2, MESSAGE", kRule, ack_header},
    {62, "no-ack-header", "… and one that is not has none.", "STOMP 1.2, MESSAGE", kChoice, no_ack_header},
    {63, "ack-of-nothing", "ACK of what never was sent is an error.", kAck, kChoice, garbage},
    {63, "ack-twice", "ACK of what is acknowledged is none.", "practice", kChoice, twice},
    {63, "ack-after-unsubscribe", "… nor is one that comes after UNSUBSCRIBE.", "practice", kChoice, after_unsubscribe},
    {64, "nack", "NACK is accepted like ACK.", kNack, kRule, nack},
    {64, "nack-1.0", "1.0 has no NACK.", "STOMP 1.0", kChoice, nack_10},
    {64, "nack-redelivers", "What a consumer of a queue refuses comes again.", kNack, kChoice, nack_redelivers},
    {64, "nack-drops", "… unless it says requeue:false.", kNack, kChoice, nack_drops},
    {65, "redelivered", "What a lost consumer had not acknowledged goes to the next, with redelivered:true.", kMode, kChoice, redelivered},
};
// clang-format on

}  // namespace

std::span<const Case> ack_cases() { return kCases; }

}  // namespace causeway::conformance
