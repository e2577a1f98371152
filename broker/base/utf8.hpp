// UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing above U+10FFFF.
#pragma once

#include <cstddef>
#include <string_view>

namespace causeway {

[[nodiscard]] bool is_valid_utf8(std::string_view text);

// How far a text is UTF-8 that may not be all there yet.
struct Utf8Beginning {
    std::size_t octets = 0;  // of whole characters
    bool broken = false;     // what follows them will not become a character, whatever comes
};
[[nodiscard]] Utf8Beginning utf8_beginning(std::string_view text);

}  // namespace causeway
