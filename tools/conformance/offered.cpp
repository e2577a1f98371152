#include "tools/conformance/offered.hpp"

#include "tools/conformance/verdict.hpp"

namespace causeway::conformance {

namespace {

// A refusal in words; anything but RECEIPT and ERROR is wrong.
void offered(Client& client, const std::string& octets) {
    client.text(octets);
    const auto answer = client.next();
    if (!answer) throw Wrong{"RECEIPT or ERROR", "nothing"};
    if (answer->command == "ERROR") throw NotApplicable{answer->summary()};
    if (answer->command != "RECEIPT") throw Wrong{"RECEIPT or ERROR", answer->command};
}

}  // namespace

Client begins(Stage& stage, const std::string& version) {
    Client client = stage.connects(version);
    offered(client, raw_frame("BEGIN", {"transaction:t", "receipt:begun"}));
    return client;
}

std::string offered_queue(Stage& stage) {
    const std::string queue = stage.queue();
    Client client = stage.connects();
    offered(client, raw_frame("SUBSCRIBE", {"destination:" + queue, "id:0", "receipt:offered"}));
    client.does(raw_frame("UNSUBSCRIBE", {"id:0", "receipt:left"}), "left");
    return queue;
}

Acknowledging acknowledging(Stage& stage, const std::string& version, const std::string& mode) {
    const std::string topic = stage.topic();
    Client client = stage.connects(version);
    offered(client,
            raw_frame("SUBSCRIBE", {"destination:" + topic, "id:0", "ack:" + mode, "receipt:offered"}));
    client.text(raw_frame("SEND", {"destination:" + topic}, "1"));
    Seen message = client.wants("MESSAGE");
    return {std::move(client), topic, std::move(message)};
}

}  // namespace causeway::conformance
