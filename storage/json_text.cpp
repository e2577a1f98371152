#include "storage/json_text.hpp"

#include <google/protobuf/util/json_util.h>

#include <cstdio>

namespace causeway::storage {

std::string json_string(std::string_view text) {
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            quoted += '\\';
            quoted += c;
        } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
            char escaped[8];
            std::snprintf(escaped, sizeof escaped, "\\u%04x", static_cast<unsigned int>(c));
            quoted += escaped;
        } else {
            quoted += c;
        }
    }
    return quoted += '"';
}

std::string json_envelope(std::string_view protobuf) {
    Envelope envelope;
    if (!envelope.ParseFromArray(protobuf.data(), static_cast<int>(protobuf.size()))) return "null";
    google::protobuf::util::JsonPrintOptions options;
    options.always_print_enums_as_ints = true;
    std::string json;
    if (!google::protobuf::util::MessageToJsonString(envelope, &json, options).ok()) return "null";
    return json;
}

}  // namespace causeway::storage
