// Features that a broker may not have: NotApplicable, with the refusal as the broker words it, where it says
// so.
#pragma once

#include "tools/conformance/stage.hpp"

namespace causeway::conformance {

// A client with the transaction "t" begun.
[[nodiscard]] Client begins(Stage& stage, const std::string& version = "1.2");

// A queue that can be subscribed to.
[[nodiscard]] std::string offered_queue(Stage& stage);

// A client with the subscription "0" to a topic, with acknowledgements, and its first message.
struct Acknowledging {
    Client client;
    std::string topic;
    Seen message;
};
[[nodiscard]] Acknowledging acknowledging(Stage& stage, const std::string& version = "1.2",
                                          const std::string& mode = "client");

}  // namespace causeway::conformance
