// BEGIN, COMMIT, ABORT.
#include "tools/conformance/case.hpp"
#include "tools/conformance/offered.hpp"
#include "tools/conformance/verdict.hpp"

namespace causeway::conformance {

namespace {

std::string in(const std::string& topic, const std::string& body, const std::string& transaction = "t") {
    return raw_frame("SEND", {"destination:" + topic, "transaction:" + transaction}, body);
}
std::string plain(const std::string& topic, const std::string& body) {
    return raw_frame("SEND", {"destination:" + topic}, body);
}

void same_name(Stage& stage) {
    Client client = begins(stage);
    client.text(raw_frame("BEGIN", {"transaction:t", "receipt:again"}));
    stage.refused(client);
}
void no_name(Stage& stage) {
    (void)begins(stage);
    stage.refuses(raw_frame("BEGIN", {"receipt:1"}));
}
void unknown(Stage& stage) {
    (void)begins(stage);
    for (const char* const command : {"COMMIT", "ABORT"})
        stage.refuses(raw_frame(command, {"transaction:never", "receipt:1"}));
    stage.refuses(in(stage.topic(), "x", "never"));
}
void at_commit(Stage& stage) {
    const std::string topic = stage.topic();
    Client listener = stage.connects();
    listener.subscribes(topic, "0");
    Client client = begins(stage);
    client.text(in(topic, "1"));
    client.text(in(topic, "2"));
    listener.text(plain(topic, "before"));
    same("body", "before", listener.wants("MESSAGE").body);
    client.does(raw_frame("COMMIT", {"transaction:t", "receipt:done"}), "done");
    same("body", "1", listener.wants("MESSAGE").body);
    same("body", "2", listener.wants("MESSAGE").body);
}
void all_or_nothing(Stage& stage) {
    const std::string topic = stage.topic();
    Client listener = stage.connects();
    listener.subscribes(topic, "0");
    Client client = begins(stage);
    client.text(in(topic, "1"));
    client.text(raw_frame("SEND", {"transaction:t", "receipt:bad"}, "without a destination") +
                raw_frame("COMMIT", {"transaction:t"}));
    client.wants("ERROR");
    listener.text(plain(topic, "mine"));
    same("body", "mine", listener.wants("MESSAGE").body);
}
void abort(Stage& stage) {
    const std::string topic = stage.topic();
    Client client = begins(stage);
    client.subscribes(topic, "0");
    client.text(in(topic, "1"));
    client.does(raw_frame("ABORT", {"transaction:t", "receipt:done"}), "done");
    client.text(plain(topic, "mine"));
    same("body", "mine", client.wants("MESSAGE").body);
}
void receipt_at_once(Stage& stage) {
    Client client = begins(stage);
    client.does(raw_frame("SEND", {"destination:" + stage.topic(), "transaction:t", "receipt:1"}, "x"), "1");
}
void lost(Stage& stage) {
    const std::string topic = stage.topic();
    Client listener = stage.connects();
    listener.subscribes(topic, "0");
    {
        Client client = begins(stage);
        client.text(in(topic, "1"));
        client.wire().drop();
    }
    listener.text(plain(topic, "mine"));
    same("body", "mine", listener.wants("MESSAGE").body);
}
void ack_in_transaction(Stage& stage) {
    (void)begins(stage);
    auto with = acknowledging(stage);
    const FrameHeaders ack{{"id", with.message.value("ack")}, {"transaction", "t"}};
    with.client.does(raw_frame("BEGIN", {"transaction:t", "receipt:b"}), "b");
    with.client.text(bench::encode_frame("ACK", ack));
    with.client.does(raw_frame("ABORT", {"transaction:t", "receipt:a"}), "a");
    with.client.does(bench::encode_frame("ACK", {{"id", with.message.value("ack")}, {"receipt", "2"}}), "2");
}
void too_many(Stage& stage) {
    Client client = begins(stage);
    for (int i = 0; i < 20'000; ++i) client.text(raw_frame("BEGIN", {"transaction:" + std::to_string(i)}));
    stage.refused(client);
}

constexpr auto kRule = Case::Ground::kRule;
constexpr auto kChoice = Case::Ground::kChoice;
constexpr const char* kBegin = "STOMP 1.2, BEGIN";
constexpr const char* kCommit = "STOMP 1.2, COMMIT";

// clang-format off
constexpr Case kCases[] = {
    {69, "begin-twice", "BEGIN of a transaction that has begun is an error.", kBegin, kRule, same_name},
    {69, "begin-without-name", "BEGIN needs a transaction.", kBegin, kRule, no_name},
    {70, "unknown-transaction", "COMMIT, ABORT and SEND name a transaction that has begun.", kCommit, kRule, unknown},
    {71, "send-at-commit", "What is sent in a transaction is delivered at COMMIT, in order.", kBegin, kRule, at_commit},
    {71, "all-or-nothing", "A frame that fails takes the transaction with it.", kBegin, kRule, all_or_nothing},
    {71, "abort", "ABORT undoes what was sent.", "STOMP 1.2, ABORT", kRule, abort},
    {72, "receipt-in-transaction", "A SEND in a transaction is answered when it is accepted.", kBegin, kChoice, receipt_at_once},
    {73, "ack-aborted", "After ABORT a message can be acknowledged again.", kBegin, kRule, ack_in_transaction},
    {74, "lost-connection-aborts", "A lost connection aborts its transactions.", kBegin, kRule, lost},
    {74, "too-many-transactions", "20000 open transactions are refused.", kBegin, kChoice, too_many},
};
// clang-format on

}  // namespace

std::span<const Case> transaction_cases() { return kCases; }

}  // namespace causeway::conformance
