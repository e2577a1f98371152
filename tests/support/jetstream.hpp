// Streams of a nats-server as an operator has them: made, looked into, deleted. Asks over a NatsClient of its
// own.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/support/nats_client.hpp"

namespace causeway::test {

struct StoredMessage {
    std::string subject;
    std::string headers;  // as on the wire
    std::string payload;

    [[nodiscard]] std::string header(std::string_view name) const;
};

class JetStream {
public:
    explicit JetStream(std::uint16_t port);

    // `more` is merged into the configuration. Throws if NATS refuses, as all of these.
    void makes(const std::string& stream, const std::vector<std::string>& subjects,
               const nlohmann::json& more = nlohmann::json::object());
    void changes(const std::string& stream, const nlohmann::json& config);
    void removes(const std::string& stream);
    void removes_consumer(const std::string& stream, const std::string& consumer);
    // What a durable consumer is like from now on: `config` is merged into its configuration.
    void changes_consumer(const std::string& stream, const std::string& consumer,
                          const nlohmann::json& config);
    [[nodiscard]] nlohmann::json info(const std::string& stream);
    [[nodiscard]] std::vector<nlohmann::json> consumers(const std::string& stream);
    // All that it keeps, in order.
    [[nodiscard]] std::vector<StoredMessage> messages(const std::string& stream);
    // Returns when the stream has it.
    void publishes(const std::string& subject, const std::string& payload, const std::string& headers = {});

    [[nodiscard]] nlohmann::json ask(const std::string& subject, const std::string& body);

private:
    [[nodiscard]] nlohmann::json answer(const std::string& what);

    NatsClient client_;
    std::string inbox_;
    std::size_t asked_ = 0;
};

}  // namespace causeway::test
