#include "broker/app/entry_json.hpp"

#include "broker/app/envelope_json.hpp"
#include "broker/app/json_text.hpp"
#include "broker/base/base64.hpp"
#include "broker/base/utf8.hpp"

namespace causeway::app {

namespace {

// An inbox is listed to its owner only, who knows it as /user/queue/….
std::string destination_of(const storage::LogEntry& entry, const Envelope& envelope) {
    if (entry.destination.empty()) return "/topic/conversation/" + envelope.conversationid();
    constexpr std::string_view kUser = "/user/";
    if (!entry.destination.starts_with(kUser)) return entry.destination;
    return "/user" + entry.destination.substr(entry.destination.find('/', kUser.size()));
}

void append_plain(std::string& out, const causeway::v1::OpaqueMessage& plain) {
    out += R"(,"contentType":)";
    append_json_string(out, plain.contenttype());
    out += R"(,"headers":[)";
    for (int i = 0; i < plain.headers_size(); ++i) {
        out += i == 0 ? R"({"name":)" : R"(,{"name":)";
        append_json_string(out, plain.headers(i).name());
        out += R"(,"value":)";
        append_json_string(out, plain.headers(i).value());
        out += '}';
    }
    out += R"(],"body":)";
    if (is_valid_utf8(plain.body())) return append_json_string(out, plain.body());
    append_json_string(out, base64_encode(plain.body()));
    out += R"(,"bodyEncoding":"base64")";
}

}  // namespace

std::string entry_json(const storage::LogEntry& entry) {
    Envelope envelope;
    if (!envelope.ParseFromString(entry.protobuf)) return {};
    causeway::v1::OpaqueMessage plain;
    const bool is_plain = envelope.has_opaque();
    if (is_plain) {
        plain.Swap(envelope.mutable_opaque());
        envelope.clear_payload();
    }
    std::string out = to_json(envelope);
    out.pop_back();
    if (is_plain) append_plain(out, plain);
    out += R"(,"offset":)";
    append_json_number(out, static_cast<std::int64_t>(value(entry.offset)));
    out += R"(,"destination":)";
    append_json_string(out, destination_of(entry, envelope));
    return out += '}';
}

}  // namespace causeway::app
