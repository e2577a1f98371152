// The few words of JSON that an export needs.
#pragma once

#include <string>
#include <string_view>

#include "storage/envelope.hpp"

namespace causeway::storage {

// With its quotes. What is not ASCII stays as it is; it is UTF-8 already.
[[nodiscard]] std::string json_string(std::string_view text);
// An object in protobuf's JSON form, enums as numbers. Null for what cannot be decoded.
[[nodiscard]] std::string json_envelope(std::string_view protobuf);

}  // namespace causeway::storage
