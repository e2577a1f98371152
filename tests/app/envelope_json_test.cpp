#include "broker/app/envelope_json.hpp"

#include <doctest/doctest.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "broker/base/base64.hpp"

using namespace causeway;
using causeway::app::Envelope;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using nlohmann::json;
using nlohmann::ordered_json;

namespace {

// Gives every field of a message a value of its own; of a oneof only the field number `choice`.
void fill(Message& message, int choice, int& counter) {
    const auto* descriptor = message.GetDescriptor();
    const auto* reflection = message.GetReflection();
    for (int i = 0; i < descriptor->field_count(); ++i) {
        const auto* field = descriptor->field(i);
        if (field->containing_oneof() != nullptr && field->number() != choice) continue;
        ++counter;
        const std::string text = "v" + std::to_string(counter);
        const int times = field->is_repeated() ? 2 : 1;
        for (int n = 0; n < times; ++n) switch (field->cpp_type()) {
                case FieldDescriptor::CPPTYPE_STRING:
                    reflection->SetString(&message, field, text);
                    break;
                case FieldDescriptor::CPPTYPE_INT64:
                    reflection->SetInt64(&message, field, 9'007'199'254'740'000 + counter);
                    break;
                case FieldDescriptor::CPPTYPE_ENUM:
                    reflection->SetEnumValue(&message, field, 6);
                    break;
                case FieldDescriptor::CPPTYPE_MESSAGE:
                    fill(field->is_repeated() ? *reflection->AddMessage(&message, field)
                                              : *reflection->MutableMessage(&message, field),
                         choice, counter);
                    break;
                default:
                    FAIL("a type of field that the JSON form has no rule for: ", field->full_name());
            }
    }
}

json expected(const Message& message);

json expected_value(const Message& message, const FieldDescriptor* field, int index) {
    const auto* reflection = message.GetReflection();
    const bool repeated = field->is_repeated();
    switch (field->cpp_type()) {
        case FieldDescriptor::CPPTYPE_STRING: {
            const auto text = reflection->GetString(message, field);
            return field->type() == FieldDescriptor::TYPE_BYTES ? base64_encode(text) : text;
        }
        case FieldDescriptor::CPPTYPE_INT64:
            return reflection->GetInt64(message, field);
        case FieldDescriptor::CPPTYPE_ENUM:
            return reflection->GetEnumValue(message, field);
        default:
            return expected(repeated ? reflection->GetRepeatedMessage(message, field, index)
                                     : reflection->GetMessage(message, field));
    }
}

// What PRODUCT 5 asks for, made slowly from the descriptors.
json expected(const Message& message) {
    json out = json::object();
    const auto* descriptor = message.GetDescriptor();
    const auto* reflection = message.GetReflection();
    for (int i = 0; i < descriptor->field_count(); ++i) {
        const auto* field = descriptor->field(i);
        if (field->containing_oneof() != nullptr && !reflection->HasField(message, field)) continue;
        if (!field->is_repeated()) {
            out[field->name()] = expected_value(message, field, 0);
            continue;
        }
        json& list = out[field->name()] = json::array();
        for (int n = 0; n < reflection->FieldSize(message, field); ++n)
            list.push_back(expected_value(message, field, n));
    }
    return out;
}

std::vector<int> payload_numbers() {
    std::vector<int> numbers;
    const auto* payload = Envelope::descriptor()->FindOneofByName("payload");
    for (int i = 0; i < payload->field_count(); ++i) numbers.push_back(payload->field(i)->number());
    return numbers;
}

}  // namespace

TEST_CASE("no field of the .proto is forgotten, and none is called or written otherwise than there") {
    REQUIRE(payload_numbers().size() >= 12);
    for (const int number : payload_numbers()) {
        Envelope envelope;
        int counter = 0;
        fill(envelope, number, counter);
        CHECK(json::parse(app::to_json(envelope)) == expected(envelope));
    }
}

TEST_CASE("defaults are printed, an unset payload is not") {
    for (const int number : payload_numbers()) {
        Envelope envelope;
        const auto* field = Envelope::descriptor()->FindFieldByNumber(number);
        envelope.GetReflection()->MutableMessage(&envelope, field);
        CHECK(json::parse(app::to_json(envelope)) == expected(envelope));
    }
    const json bare = json::parse(app::to_json(Envelope{}));
    CHECK(bare == expected(Envelope{}));
    CHECK(bare["sequence"] == 0);
    CHECK_FALSE(bare.contains("chat"));
}

TEST_CASE("keys come in the order of the .proto") {
    Envelope envelope;
    int counter = 0;
    fill(envelope, Envelope::kChatFieldNumber, counter);
    const auto parsed = ordered_json::parse(app::to_json(envelope));
    std::vector<std::string> keys;
    for (const auto& [key, value] : parsed.items()) keys.push_back(key);
    CHECK(keys == std::vector<std::string>{"messageId", "type", "status", "senderId", "receiverId",
                                           "conversationId", "clientMessageId", "version", "deviceId",
                                           "source", "timestamp", "sequence", "chat", "senderName"});
}

TEST_CASE("64-bit integers are numbers, enums too") {
    Envelope envelope;
    envelope.set_timestamp(INT64_MIN);
    envelope.set_sequence(INT64_MAX);
    envelope.set_type(causeway::v1::EVENT_GENERIC);
    const std::string text = app::to_json(envelope);
    CHECK(text.find(R"("timestamp":-9223372036854775808,"sequence":9223372036854775807)") !=
          std::string::npos);
    CHECK(text.find(R"("type":44,)") != std::string::npos);
}

TEST_CASE("strings survive escaping, whatever they hold and wherever it stands") {
    const std::vector<std::string> samples = {"",
                                              "plain",
                                              "\"",
                                              "\\",
                                              "/",
                                              "\n\r\t\b\f",
                                              std::string("\0\x01\x1f", 3),
                                              "\x7f",
                                              "\u4f60\u597d",
                                              "\U0001F600",
                                              "a\"b\\c\nd",
                                              "\u2028\u2029",
                                              R"({"content":"x","contentExtra":null})"};
    for (const auto& sample : samples)
        for (std::size_t shift = 0; shift < 17; ++shift) {
            Envelope envelope;
            const std::string text = std::string(shift, 'x') + sample + "tail";
            envelope.mutable_chat()->set_content(text);
            CHECK(json::parse(app::to_json(envelope))["chat"]["content"] == text);
        }
}

TEST_CASE("octets that are not UTF-8 are replaced one by one") {
    const std::pair<const char*, const char*> rows[] = {{"a\xff", "a\ufffd"},
                                                        {"\x80z", "\ufffdz"},
                                                        {"\xc3", "\ufffd"},
                                                        {"\xe4\xbd", "\ufffd\ufffd"},
                                                        {"\xc0\x80", "\ufffd\ufffd"},
                                                        {"\xed\xa0\x80!", "\ufffd\ufffd\ufffd!"},
                                                        {"12345678\xf5ok", "12345678\ufffdok"}};
    for (const auto& [octets, text] : rows) {
        Envelope envelope;
        envelope.set_deviceid(octets);
        CHECK(json::parse(app::to_json(envelope))["deviceId"] == text);
    }
}

TEST_CASE("the JavaScript of existing clients finds what it reads: JSON in JSON") {
    Envelope envelope;
    envelope.set_senderid("bob");
    envelope.mutable_chat()->set_content(R"({"content":"Hello \"World\"","contentExtra":null})");
    const json message = json::parse(app::to_json(envelope));
    REQUIRE(message["chat"]["content"].is_string());
    const json content = json::parse(message["chat"]["content"].get<std::string>());
    CHECK(content["content"] == "Hello \"World\"");
    CHECK(content["contentExtra"].is_null());
}
