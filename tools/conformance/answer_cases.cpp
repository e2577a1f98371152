// RECEIPT, ERROR and DISCONNECT: what is answered when, and what comes after it.
#include "tools/conformance/case.hpp"
#include "tools/conformance/verdict.hpp"

namespace causeway::conformance {

namespace {

std::string wrong_frame() { return raw_frame("SEND", {"receipt:wrong"}, "without a destination"); }

void receipt_of_send(Stage& stage) {
    Client client = stage.connects();
    client.does(raw_frame("SEND", {"destination:" + stage.topic(), "receipt:1"}, "x"), "1");
}
void receipt_of_subscribe(Stage& stage) {
    const std::string topic = stage.topic();
    Client receiver = stage.connects();
    Client sender = stage.connects();
    receiver.subscribes(topic, "0");
    sender.text(raw_frame("SEND", {"destination:" + topic}, "x"));
    same("body", "x", receiver.wants("MESSAGE").body);
}
void receipt_of_unsubscribe(Stage& stage) {
    const std::string topic = stage.topic();
    Client client = stage.connects();
    client.subscribes(topic, "0");
    client.text(raw_frame("UNSUBSCRIBE", {"id:0", "receipt:gone"}) +
                raw_frame("SEND", {"destination:" + topic, "receipt:sent"}, "x"));
    same("receipt-id", "gone", client.wants("RECEIPT").value("receipt-id"));
    same("receipt-id", "sent", client.wants("RECEIPT").value("receipt-id"));
}
void receipt_before_messages(Stage& stage) {
    const std::string topic = stage.topic();
    Client client = stage.connects();
    client.text(raw_frame("SUBSCRIBE", {"destination:" + topic, "id:0", "receipt:1"}) +
                raw_frame("SEND", {"destination:" + topic}, "x"));
    client.wants("RECEIPT");
    client.wants("MESSAGE");
}
void same_receipt_twice(Stage& stage) {
    Client client = stage.connects();
    const std::string send = raw_frame("SEND", {"destination:" + stage.topic(), "receipt:1"}, "x");
    client.does(send + send, "1");
    same("receipt-id", "1", client.wants("RECEIPT").value("receipt-id"));
}
void escaped_receipt(Stage& stage) {
    Client client = stage.connects();
    client.does(raw_frame("SEND", {"destination:" + stage.topic(), "receipt: a\\cb\\\\n\\n\\rü "}, "x"),
                " a:b\\n\n\rü ");
}
void empty_receipt(Stage& stage) {
    Client client = stage.connects();
    client.does(raw_frame("SEND", {"destination:" + stage.topic(), "receipt:"}, "x"), "");
}

void error_names_receipt(Stage& stage) {
    const Seen error = stage.refuses(wrong_frame());
    same("receipt-id", "wrong", error.value("receipt-id"));
    holds(!error.value("message").empty(), "a `message`", "none");
}
void error_names_receipt_of_subscribe(Stage& stage) {
    same("receipt-id", "wrong",
         stage
             .refuses(raw_frame("SUBSCRIBE",
                                {"destination:" + stage.topic(), "id:0", "ack:never", "receipt:wrong"}))
             .value("receipt-id"));
}
void no_internals(Stage& stage) {
    const std::string body = stage.refuses(wrong_frame()).body;
    for (const char* const sign : {"\tat ", "Exception", ".erl", ".java", "{error,", "function_clause"})
        holds(body.find(sign) == std::string::npos, "an ERROR without internals", shown(body));
}
void closes(Stage& stage, const std::string& version) {
    Client client = stage.connects(version);
    client.text(wrong_frame());
    client.wants("ERROR");
    holds(client.end().has_value(), "a close after ERROR", "the connection stays open");
}
void error_closes(Stage& stage) { closes(stage, "1.2"); }
void error_closes_11(Stage& stage) { closes(stage, "1.1"); }
void error_closes_10(Stage& stage) { closes(stage, "1.0"); }
void notice(Stage& stage) {
    Client client = stage.connects("1.2", {{"on-denied", "notify"}});
    client.text(raw_frame("SUBSCRIBE", {"destination:/nowhere/at/all", "id:0", "receipt:1"}));
    const auto seen = client.next();
    if (!seen) throw Wrong{"MESSAGE or ERROR", "nothing"};
    if (seen->command == "ERROR") {
        holds(client.end().has_value(), "a close after ERROR", "the connection stays open");
        return;
    }
    if (seen->command == "RECEIPT") throw NotApplicable{"the broker takes any destination"};
    holds(seen->command == "MESSAGE", "MESSAGE", seen->command);
    client.does(raw_frame("SEND", {"destination:" + stage.topic(), "receipt:2"}, "x"), "2");
}
void nothing_after_error(Stage& stage) {
    const std::string topic = stage.topic();
    Client listener = stage.connects();
    listener.subscribes(topic, "0");
    Client client = stage.connects();
    client.subscribes(topic, "0");
    client.text(wrong_frame() + raw_frame("SEND", {"destination:" + topic, "receipt:1"}, "late"));
    client.wants("ERROR");
    if (const auto more = client.next()) throw Wrong{"nothing after ERROR", more->command};
    listener.text(raw_frame("SEND", {"destination:" + topic}, "mine"));
    same("body", "mine", listener.wants("MESSAGE").body);
}
void lingers(Stage& stage) {
    Client client = stage.connects();
    client.text(wrong_frame());
    for (int i = 0; i < 30; ++i)
        client.text(raw_frame("SEND", {"destination:" + stage.topic()}, std::string(10'000, 'x')));
    client.wants("ERROR");
    const auto end = client.end();
    holds(end.has_value(), "a close", "the connection stays open");
    holds(end->code != 1006, "a Close frame", end->reason);
}

void disconnect(Stage& stage) {
    Client client = stage.connects();
    client.text(raw_frame("SEND", {"destination:" + stage.topic()}, "x") +
                raw_frame("DISCONNECT", {"receipt:bye"}));
    same("receipt-id", "bye", client.wants("RECEIPT").value("receipt-id"));
}
void disconnect_closes(Stage& stage) {
    Client client = stage.connects();
    client.does(raw_frame("DISCONNECT", {"receipt:bye"}), "bye");
    const auto end = client.end(std::chrono::seconds(6));
    holds(end.has_value(), "a close", "the connection stays open");
    same("close code", "1000", std::to_string(end->code));
}
void disconnect_without_receipt(Stage& stage) {
    Client client = stage.connects();
    client.text(raw_frame("DISCONNECT", {}));
    const auto end = client.end(std::chrono::seconds(6));
    if (const auto frame = client.next()) throw Wrong{"no frame", frame->summary()};
    holds(end.has_value(), "a close", "the connection stays open");
    same("close code", "1000", std::to_string(end->code));
}
void after_disconnect(Stage& stage) {
    const std::string topic = stage.topic();
    Client listener = stage.connects();
    listener.subscribes(topic, "0");
    Client client = stage.connects();
    client.text(raw_frame("DISCONNECT", {"receipt:bye"}) +
                raw_frame("SEND", {"destination:" + topic, "receipt:late"}, "late"));
    same("receipt-id", "bye", client.wants("RECEIPT").value("receipt-id"));
    if (const auto more = client.next()) throw Wrong{"nothing after DISCONNECT's RECEIPT", more->summary()};
    listener.text(raw_frame("SEND", {"destination:" + topic}, "mine"));
    same("body", "mine", listener.wants("MESSAGE").body);
}
void socket_dies(Stage& stage) {
    const std::string topic = stage.topic();
    Client listener = stage.connects();
    listener.subscribes(topic, "0");
    {
        Client sender = stage.connects();
        for (int i = 0; i < 50; ++i)
            sender.text(raw_frame("SEND", {"destination:" + topic}, std::to_string(i)));
        sender.wire().drop();
    }
    for (int i = 0; i < 50; ++i) same("body", std::to_string(i), listener.wants("MESSAGE").body);
}

constexpr auto kRule = Case::Ground::kRule;
constexpr auto kChoice = Case::Ground::kChoice;
constexpr const char* kReceipt = "STOMP 1.2, RECEIPT";
constexpr const char* kError = "STOMP 1.2, ERROR";
constexpr const char* kDisconnect = "STOMP 1.2, DISCONNECT";

// clang-format off
constexpr Case kCases[] = {
    {45, "receipt-of-send", "A SEND with receipt is answered.", kReceipt, kRule, receipt_of_send},
    {45, "receipt-of-subscribe", "After the RECEIPT for SUBSCRIBE nothing is missed.", kReceipt, kRule, receipt_of_subscribe},
    {45, "receipt-of-unsubscribe", "After the RECEIPT for UNSUBSCRIBE nothing comes.", kReceipt, kRule, receipt_of_unsubscribe},
    {46, "receipt-before-messages", "The RECEIPT for SUBSCRIBE comes before the first MESSAGE.", kReceipt, kChoice, receipt_before_messages},
    {47, "same-receipt-twice", "Each frame is answered, also under the same receipt.", kReceipt, kRule, same_receipt_twice},
    {47, "escaped-receipt", "A receipt comes back octet for octet.", kReceipt, kRule, escaped_receipt},
    {47, "empty-receipt", "… even an empty one.", kReceipt, kChoice, empty_receipt},
    {48, "error-names-receipt", "ERROR has the receipt-id of the frame at fault, and a message.", kError, kRule, error_names_receipt},
    {48, "error-names-receipt-of-subscribe", "… of a SUBSCRIBE, too.", kError, kRule, error_names_receipt_of_subscribe},
    {48, "no-internals", "ERROR shows no stack trace.", kError, kChoice, no_internals},
    {49, "error-closes", "After ERROR the connection is closed.", kError, kRule, error_closes},
    {49, "error-closes-1.1", "… after a failed SEND of 1.1.", "STOMP 1.1, SEND", kRule, error_closes_11},
    {49, "error-closes-1.0", "… in 1.0, too.", "STOMP 1.0 is silent", kChoice, error_closes_10},
    {49, "notice", "A refusal that does not close is no ERROR: a MESSAGE to who asked for notices, an ERROR and a close to others.", kError, kRule, notice},
    {50, "nothing-after-error", "No frame is sent after ERROR, and none read.", kError, kRule, nothing_after_error},
    {51, "error-arrives", "The ERROR arrives although the client goes on sending.", "STOMP 1.2, Connection Lingering", kRule, lingers},
    {52, "disconnect", "DISCONNECT with receipt is answered after all before it is done.", kDisconnect, kRule, disconnect},
    {52, "disconnect-closes", "… and a close with 1000 follows.", kDisconnect, kChoice, disconnect_closes},
    {53, "disconnect-without-receipt", "DISCONNECT without receipt is a graceful close with 1000.", kDisconnect, kChoice, disconnect_without_receipt},
    {54, "after-disconnect", "Frames after DISCONNECT count for nothing.", kDisconnect, kChoice, after_disconnect},
    {55, "socket-dies", "What was sent before a connection broke is done.", kDisconnect, kRule, socket_dies},
};
// clang-format on

}  // namespace

std::span<const Case> answer_cases() { return kCases; }

}  // namespace causeway::conformance
