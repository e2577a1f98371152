// SUBSCRIBE, UNSUBSCRIBE and MESSAGE.
#include <set>

#include "tools/conformance/case.hpp"
#include "tools/conformance/verdict.hpp"

namespace causeway::conformance {

namespace {

std::string send(const std::string& topic, const std::string& body) {
    return raw_frame("SEND", {"destination:" + topic}, body);
}

void no_id(Stage& stage) { stage.refuses(raw_frame("SUBSCRIBE", {"destination:" + stage.topic()})); }
void same_id(Stage& stage) {
    Client client = stage.connects();
    client.subscribes(stage.topic(), "0");
    client.text(raw_frame("SUBSCRIBE", {"destination:" + stage.topic(), "id:0", "receipt:1"}));
    stage.refused(client);
}
void by_destination_10(Stage& stage) {
    const std::string topic = stage.topic();
    Client client = stage.connects("1.0");
    client.does(raw_frame("SUBSCRIBE", {"destination:" + topic, "receipt:1"}), "1");
    client.text(send(topic, "x"));
    same("body", "x", client.wants("MESSAGE").body);
    client.does(raw_frame("UNSUBSCRIBE", {"destination:" + topic, "receipt:2"}), "2");
    client.does(raw_frame("SEND", {"destination:" + topic, "receipt:3"}, "y"), "3");
}
void no_destination(Stage& stage) { stage.refuses(raw_frame("SUBSCRIBE", {"id:0"})); }
void two_copies(Stage& stage) {
    const std::string topic = stage.topic();
    Client client = stage.connects();
    client.subscribes(topic, "a");
    client.subscribes(topic, "b");
    client.text(send(topic, "x"));
    const std::set<std::string> both{client.wants("MESSAGE").value("subscription"),
                                     client.wants("MESSAGE").value("subscription")};
    holds(both == std::set<std::string>{"a", "b"}, "a MESSAGE for each of two subscriptions", "others");
}
void unknown_unsubscribe(Stage& stage) { stage.refuses(raw_frame("UNSUBSCRIBE", {"id:never", "receipt:1"})); }
void unknown_ack_mode(Stage& stage) {
    stage.refuses(
        raw_frame("SUBSCRIBE", {"destination:" + stage.topic(), "id:0", "ack:Client", "receipt:1"}));
}
void individual_10(Stage& stage) {
    stage.refuses(raw_frame("SUBSCRIBE",
                            {"destination:" + stage.topic(), "id:0", "ack:client-individual", "receipt:1"}),
                  "1.0");
}
void id_as_sent(Stage& stage) {
    const std::string topic = stage.topic();
    Client client = stage.connects();
    client.does(raw_frame("SUBSCRIBE", {"destination:" + topic, "id:a\\cb c\\\\ü", "receipt:1"}), "1");
    client.text(send(topic, "x"));
    same("subscription", "a:b c\\ü", client.wants("MESSAGE").value("subscription"));
}

void unique_ids(Stage& stage) {
    const std::string topic = stage.topic();
    Client client = stage.connects();
    client.subscribes(topic, "0");
    std::set<std::string> ids;
    for (int i = 0; i < 20; ++i) client.text(send(topic, "x"));
    for (int i = 0; i < 20; ++i) ids.insert(client.wants("MESSAGE").value("message-id"));
    holds(ids.size() == 20 && !ids.contains(""), "20 message-ids for 20 messages",
          std::to_string(ids.size()));
}
void stable_id(Stage& stage) {
    const std::string topic = stage.topic();
    Client one = stage.connects(), other = stage.connects();
    one.subscribes(topic, "a");
    other.subscribes(topic, "b");
    one.text(send(topic, "x"));
    holds(one.wants("MESSAGE").value("message-id") == other.wants("MESSAGE").value("message-id"),
          "one message-id at all subscribers", "two");
}
void destination_of_message(Stage& stage) {
    const std::string topic = stage.topic();
    Client client = stage.connects();
    client.subscribes(topic, "0");
    client.text(send(topic, "x"));
    same("destination", topic, client.wants("MESSAGE").value("destination"));
}
void wildcard(Stage& stage) {
    const std::string topic = stage.topic();
    Client client = stage.connects();
    client.subscribes(topic + ".*", "0");
    client.text(send(topic + ".news", "x"));
    same("destination", topic + ".news", client.wants("MESSAGE").value("destination"));
}
void transaction_ignored(Stage& stage) {
    Client client = stage.connects();
    client.subscribes(stage.topic(), "0", {{"transaction", "none"}});
    client.does(raw_frame("UNSUBSCRIBE", {"id:0", "transaction:none", "receipt:1"}), "1");
}
void in_order(Stage& stage) {
    const std::string topic = stage.topic();
    Client receiver = stage.connects(), sender = stage.connects();
    receiver.subscribes(topic, "0");
    for (int i = 0; i < 200; ++i) sender.text(send(topic, std::to_string(i)));
    for (int i = 0; i < 200; ++i) same("body", std::to_string(i), receiver.wants("MESSAGE").body);
}

constexpr auto kRule = Case::Ground::kRule;
constexpr auto kChoice = Case::Ground::kChoice;
constexpr const char* kId = "STOMP 1.2, SUBSCRIBE id Header";
constexpr const char* kAck = "STOMP 1.2, SUBSCRIBE ack Header";
constexpr const char* kMessage = "STOMP 1.2, MESSAGE";

// clang-format off
constexpr Case kCases[] = {
    {56, "subscribe-without-id", "SUBSCRIBE needs an id.", kId, kRule, no_id},
    {56, "same-id", "… that no other subscription of the connection has.", kId, kRule, same_id},
    {56, "by-destination-1.0", "In 1.0 the destination stands for it.", "STOMP 1.0, SUBSCRIBE", kRule, by_destination_10},
    {56, "subscribe-without-destination", "SUBSCRIBE needs a destination.", "STOMP 1.2, SUBSCRIBE", kRule, no_destination},
    {56, "id-as-sent", "MESSAGE has the id of the subscription octet for octet.", kMessage, kRule, id_as_sent},
    {57, "two-copies", "Two subscriptions to one destination get a MESSAGE each.", kId, kRule, two_copies},
    {58, "unknown-unsubscribe", "UNSUBSCRIBE of no subscription is an error.", "STOMP 1.2, UNSUBSCRIBE", kRule, unknown_unsubscribe},
    {59, "unknown-ack-mode", "ack is auto, client or client-individual, or it is an error.", kAck, kRule, unknown_ack_mode},
    {59, "individual-1.0", "1.0 has no client-individual.", "STOMP 1.0, SUBSCRIBE", kChoice, individual_10},
    {66, "unique-message-ids", "Each message has its message-id.", kMessage, kRule, unique_ids},
    {66, "stable-message-id", "… and it is the same at all subscribers.", kMessage, kChoice, stable_id},
    {67, "destination-of-message", "MESSAGE has the destination of the SEND.", kMessage, kRule, destination_of_message},
    {68, "wildcard", "… for a wildcard (.*) the concrete one.", kMessage, kChoice, wildcard},
    {67, "in-order", "What one client sends to one destination arrives in that order.", "practice", kChoice, in_order},
    {75, "transaction-on-subscribe", "transaction means nothing on SUBSCRIBE and UNSUBSCRIBE.", "STOMP 1.2, BEGIN", kChoice, transaction_ignored},
};
// clang-format on

}  // namespace

std::span<const Case> subscription_cases() { return kCases; }

}  // namespace causeway::conformance
