#include "broker/app/message_envelope.hpp"

#include <doctest/doctest.h>

#include "broker/app/deliveries.hpp"

using namespace causeway;
using namespace causeway::app;

namespace {

routing::Message published(routing::ContentPtr content) {
    routing::Message message;
    message.destination = "/topic/a";
    message.message_id = "01J";
    message.sender_id = "alice";
    message.timestamp = 1'800'000'000'123;
    message.headers = {{"colour", "red"}, {"size", ""}};
    message.content = std::move(content);
    return message;
}

routing::MessagePtr kept_and_replayed(const routing::Message& message) {
    storage::LogEntry entry{Offset{7}, Sequence{0}, envelope_of(message).SerializeAsString(),
                            message.destination};
    return message_from_entry(entry, message.destination);
}

}  // namespace

TEST_CASE("a plain SEND that was kept comes back octet for octet") {
    const std::string octets("\0\xff\r\n{}", 6);
    const routing::Message sent =
        published(std::make_shared<const routing::Content>(octets, "application/octet-stream"));
    const auto replayed = kept_and_replayed(sent);
    REQUIRE(replayed);
    CHECK(replayed->content->body() == octets);
    CHECK(replayed->content->content_type() == "application/octet-stream");
    CHECK(replayed->content->protobuf().empty());
    CHECK(replayed->headers == sent.headers);
    CHECK(replayed->message_id == sent.message_id);
    CHECK(replayed->sender_id == sent.sender_id);
    CHECK(replayed->timestamp == sent.timestamp);
    CHECK(replayed->offset == Offset{7});
}

TEST_CASE("an envelope of the broker's is kept as the envelope it is") {
    storage::Envelope event;
    event.set_type(causeway::v1::EVENT_GENERIC);
    event.set_version("1");
    event.mutable_event()->set_subject("business.price.changed");
    const routing::Message sent = published(std::make_shared<const routing::Content>(
        event.SerializeAsString(), [] { return std::string("{}"); }));
    const storage::Envelope kept = envelope_of(sent);
    CHECK(kept.event().subject() == "business.price.changed");
    CHECK_FALSE(kept.has_opaque());
    CHECK(kept.messageid() == "01J");
    const auto replayed = kept_and_replayed(sent);
    REQUIRE(replayed);
    CHECK(replayed->content->content_type() == "application/json");
    CHECK_FALSE(replayed->content->protobuf().empty());
}

TEST_CASE(
    "a SEND to a stored history is known again by its sender's id, destination, content-type and body") {
    routing::Message sent = published(std::make_shared<const routing::Content>("hi", "text/plain"));
    CHECK(topic_append(sent).client_msg_id.empty());
    sent.client_msg_id = "m1";
    const auto first = topic_append(sent);
    CHECK(first.command == "send");
    CHECK(first.sender == "alice");
    CHECK(first.destination == "/topic/a");
    CHECK(first.client_msg_id == "m1");
    CHECK(first.envelope.clientmessageid() == "m1");
    sent.headers.clear();
    sent.message_id = "01K";
    CHECK(topic_append(sent).body_digest == first.body_digest);
    for (const auto& [destination, body] : {std::pair{"/topic/b", "hi"}, std::pair{"/topic/a", "ho"}}) {
        sent.destination = destination;
        sent.content = std::make_shared<const routing::Content>(body, "text/plain");
        CHECK(topic_append(sent).body_digest != first.body_digest);
    }
}

TEST_CASE("an event is kept once by each topic, whatever its id is and whatever it says the second time") {
    const auto event = [](std::string text) {
        storage::Envelope envelope;
        envelope.mutable_event()->set_content(std::move(text));
        routing::Message message = published(std::make_shared<const routing::Content>(
            envelope.SerializeAsString(), [] { return std::string("{}"); }));
        message.sender_id.clear();
        message.client_msg_id = std::string(5000, '\n');
        return message;
    };
    routing::Message message = event("a");
    const auto first = topic_append(message);
    CHECK(first.client_msg_id.size() == 43);
    CHECK(first.body_digest.empty());
    CHECK(topic_append(event("b")).client_msg_id == first.client_msg_id);
    message.destination = "/topic/b";
    CHECK(topic_append(message).client_msg_id != first.client_msg_id);
}
