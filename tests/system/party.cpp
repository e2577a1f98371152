#include "tests/system/party.hpp"

#include <fstream>
#include <stdexcept>

namespace causeway::test {

using Json = nlohmann::json;

const char* const kOpenTopics = R"(
[[permissions]]
effect = "allow"
action = ["subscribe", "send"]
destination = ["/topic/open/**", "/user/*/queue/open"]
who = "users"
)";

StompClient enters(std::uint16_t port, Party party) {
    StompClient::Options options;
    options.wire = party.wire;
    options.socket.receive_buffer_bytes = party.receive_buffer_bytes;
    StompClient client(port, options);
    party.headers.emplace_back("on-denied", "notify");
    client.logs_in(token_for(party.user, {std::chrono::hours(1), party.roles, ""}), party.headers);
    return client;
}

std::string private_message(const std::string& receiver, const std::string& content,
                            const std::string& client_msg_id) {
    Json body{{"receiverId", receiver}, {"content", content}};
    if (!client_msg_id.empty()) body["clientMsgId"] = client_msg_id;
    return body.dump();
}

std::string chat(const std::string& conversation, const std::string& content,
                 const std::string& client_msg_id) {
    Json body{{"conversationId", conversation}, {"content", content}};
    if (!client_msg_id.empty()) body["clientMsgId"] = client_msg_id;
    return body.dump();
}

std::string said(const StompFrame& message) {
    try {
        const auto content = Json::parse(message.body).at("chat").at("content").get<std::string>();
        return Json::parse(content).at("content").get<std::string>();
    } catch (const Json::exception&) {
        throw std::runtime_error("not a chat message: " + text_of(message));
    }
}

std::uint64_t number(const StompFrame& frame, const std::string& header) {
    const auto value = frame.header(header);
    if (!value) throw std::runtime_error("no " + header + " in " + text_of(frame));
    return std::stoull(*value);
}

std::string text_of(const StompFrame& frame) {
    std::string text = frame.command;
    for (const auto& [name, value] : frame.headers) text += "\n" + name + ":" + value;
    return text + "\n\n" + frame.body;
}

BrokerProcess::Options unhurried() {
    BrokerProcess::Options options;
    options.set = {"limits.send_per_second=0"};
    options.config = kOpenTopics;
    return options;
}

bool sanitized(const BrokerProcess& broker) {
    std::ifstream maps("/proc/" + std::to_string(broker.process().pid()) + "/maps");
    for (std::string line; std::getline(maps, line);)
        if (line.find("libasan") != std::string::npos || line.find("libtsan") != std::string::npos)
            return true;
    return false;
}

}  // namespace causeway::test
