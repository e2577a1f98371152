#include "tests/support/jetstream.hpp"

#include <stdexcept>

#include "broker/base/base64.hpp"
#include "broker/base/random.hpp"

namespace causeway::test {

namespace {

using Json = nlohmann::json;

std::string decoded(const Json& message, const char* key) {
    if (!message.contains(key)) return {};
    return base64_decode(message.at(key).get<std::string>()).value();
}

}  // namespace

std::string StoredMessage::header(std::string_view name) const {
    return NatsWireMessage{subject, {}, headers, payload}.header(name).value_or("");
}

JetStream::JetStream(std::uint16_t port) : client_(port) {
    SystemRandom random;
    inbox_ = "_INBOX." + random_hex(random, 8);
    client_.subscribes(inbox_ + ".*");
}

Json JetStream::ask(const std::string& subject, const std::string& body) {
    const std::string reply = inbox_ + "." + std::to_string(++asked_);
    client_.raw("PUB " + subject + " " + reply + " " + std::to_string(body.size()) + "\r\n" + body + "\r\n");
    return answer(subject);
}

Json JetStream::answer(const std::string& what) {
    while (const auto message = client_.sees()) {
        if (!message->subject.ends_with("." + std::to_string(asked_))) continue;
        if (message->headers.starts_with("NATS/1.0 503")) throw std::runtime_error(what + ": nobody answers");
        Json json = Json::parse(message->payload);
        if (json.contains("error")) throw std::runtime_error(what + ": " + json.at("error").dump());
        return json;
    }
    throw std::runtime_error(what + ": no answer");
}

void JetStream::makes(const std::string& stream, const std::vector<std::string>& subjects, const Json& more) {
    Json config{{"name", stream}, {"subjects", subjects}};
    config.update(more);
    (void)ask("$JS.API.STREAM.CREATE." + stream, config.dump());
}

void JetStream::changes(const std::string& stream, const Json& config) {
    Json all = info(stream).at("config");
    all.update(config);
    (void)ask("$JS.API.STREAM.UPDATE." + stream, all.dump());
}

void JetStream::removes(const std::string& stream) { (void)ask("$JS.API.STREAM.DELETE." + stream, ""); }

void JetStream::removes_consumer(const std::string& stream, const std::string& consumer) {
    (void)ask("$JS.API.CONSUMER.DELETE." + stream + "." + consumer, "");
}

void JetStream::changes_consumer(const std::string& stream, const std::string& consumer, const Json& config) {
    const std::string place = stream + "." + consumer;
    Json all = ask("$JS.API.CONSUMER.INFO." + place, "").at("config");
    all.update(config);
    (void)ask("$JS.API.CONSUMER.DURABLE.CREATE." + place,
              Json{{"stream_name", stream}, {"config", all}}.dump());
}

Json JetStream::info(const std::string& stream) { return ask("$JS.API.STREAM.INFO." + stream, ""); }

std::vector<Json> JetStream::consumers(const std::string& stream) {
    const Json list = ask("$JS.API.CONSUMER.LIST." + stream, "");
    std::vector<Json> all;
    if (list.at("consumers").is_array())
        for (const Json& consumer : list.at("consumers")) all.push_back(consumer);
    return all;
}

std::vector<StoredMessage> JetStream::messages(const std::string& stream) {
    const Json state = info(stream).at("state");
    std::vector<StoredMessage> all;
    if (state.at("messages") == 0) return all;
    for (auto sequence = state.at("first_seq").get<std::uint64_t>();
         sequence <= state.at("last_seq").get<std::uint64_t>(); ++sequence) {
        const Json message =
            ask("$JS.API.STREAM.MSG.GET." + stream, Json{{"seq", sequence}}.dump()).at("message");
        all.push_back({message.at("subject"), decoded(message, "hdrs"), decoded(message, "data")});
    }
    return all;
}

void JetStream::publishes(const std::string& subject, const std::string& payload,
                          const std::string& headers) {
    if (headers.empty()) {
        (void)ask(subject, payload);
        return;
    }
    const std::string block = "NATS/1.0\r\n" + headers + "\r\n";
    const std::string reply = inbox_ + "." + std::to_string(++asked_);
    client_.raw("HPUB " + subject + " " + reply + " " + std::to_string(block.size()) + " " +
                std::to_string(block.size() + payload.size()) + "\r\n" + block + payload + "\r\n");
    (void)answer(subject);
}

}  // namespace causeway::test
