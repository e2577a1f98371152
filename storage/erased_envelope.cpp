#include "storage/erased_envelope.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

namespace causeway::storage {

namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Clients parse the content of every chat message.
constexpr const char* kNothing = R"({"content":"","contentExtra":null})";

bool replace_in(Message& message, const std::string& name, const std::string& by);

bool replace_in_field(Message& message, const FieldDescriptor& field, const std::string& name,
                      const std::string& by) {
    const auto& reflection = *message.GetReflection();
    bool found = false;
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        if (!field.is_repeated()) return replace_in(*reflection.MutableMessage(&message, &field), name, by);
        for (int i = 0; i < reflection.FieldSize(message, &field); ++i)
            found = replace_in(*reflection.MutableRepeatedMessage(&message, &field, i), name, by) || found;
    } else if (field.type() == FieldDescriptor::TYPE_STRING && !field.is_repeated()) {
        found = reflection.GetString(message, &field) == name;
        if (found) reflection.SetString(&message, &field, by);
    }
    return found;
}

bool replace_in(Message& message, const std::string& name, const std::string& by) {
    std::vector<const FieldDescriptor*> fields;
    message.GetReflection()->ListFields(message, &fields);
    bool found = false;
    for (const auto* field : fields) found = replace_in_field(message, *field, name, by) || found;
    return found;
}

// The payload stays of its kind.
void empty(Envelope& envelope) {
    const auto* payload = Envelope::descriptor()->FindOneofByName("payload");
    const auto* field = envelope.GetReflection()->GetOneofFieldDescriptor(envelope, payload);
    if (field != nullptr) envelope.GetReflection()->MutableMessage(&envelope, field)->Clear();
    if (envelope.has_chat()) envelope.mutable_chat()->set_content(kNothing);
    envelope.clear_sendername();
    envelope.clear_deviceid();
    envelope.clear_clientmessageid();
    envelope.set_status(causeway::v1::MESSAGE_RECALLED);
}

}  // namespace

bool erase_from(Envelope& envelope, const std::string& user, const std::string& by) {
    if (envelope.senderid() == user) {
        // What an edit or a recall refers to is no word of his.
        const std::string original = envelope.chat().originalmessageid();
        empty(envelope);
        if (!original.empty()) envelope.mutable_chat()->set_originalmessageid(original);
    } else if (envelope.chat().quotedsenderid() == user) {
        envelope.mutable_chat()->clear_quotedcontent();
    }
    return replace_in(envelope, user, by);
}

}  // namespace causeway::storage
