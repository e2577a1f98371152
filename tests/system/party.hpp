// Clients of the system tests: who they are, what they say most, and JSON bodies.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/support/broker_process.hpp"
#include "tests/support/stomp_client.hpp"

namespace causeway::test {

struct Party {
    std::string user;
    StompHeaders headers{};            // of CONNECT, such as deviceId
    std::vector<std::string> roles{};  // of the token
    StompClient::Wire wire = StompClient::Wire::kWebSocket;
    int receive_buffer_bytes = 0;
};

// Logged in; told of refusals in place of being thrown out.
[[nodiscard]] StompClient enters(std::uint16_t port, Party party);
[[nodiscard]] inline StompClient enters(const BrokerProcess& broker, Party party) {
    return enters(broker.port(), std::move(party));
}

// Bodies of commands.
[[nodiscard]] std::string private_message(const std::string& receiver, const std::string& content,
                                          const std::string& client_msg_id = {});
[[nodiscard]] std::string chat(const std::string& conversation, const std::string& content,
                               const std::string& client_msg_id = {});

// What a message of the broker says: envelope.chat.content.content.
[[nodiscard]] std::string said(const StompFrame& message);
// A number in a header. Throws if it is not there.
[[nodiscard]] std::uint64_t number(const StompFrame& frame, const std::string& header);
// Of all headers and the body, for failures.
[[nodiscard]] std::string text_of(const StompFrame& frame);

// Rules for tests that are not about rules: everybody logged in may use these topics.
extern const char* const kOpenTopics;

// Without a limit on commands per second.
[[nodiscard]] BrokerProcess::Options unhurried();

// Whether the broker under test is built with a sanitizer, whose memory and time are its own.
[[nodiscard]] bool sanitized(const BrokerProcess& broker);

}  // namespace causeway::test
