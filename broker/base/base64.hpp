// Base64 of RFC 4648. Decoding is strict: no blanks, no wrong padding, no non-canonical bits.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace causeway {

[[nodiscard]] std::string base64_encode(std::string_view bytes);
[[nodiscard]] std::optional<std::string> base64_decode(std::string_view text);

// Section 5, the alphabet for URLs, without padding: what a JWT is written in.
[[nodiscard]] std::string base64url_encode(std::string_view bytes);
[[nodiscard]] std::optional<std::string> base64url_decode(std::string_view text);

}  // namespace causeway
