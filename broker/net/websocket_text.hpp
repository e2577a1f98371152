// What RFC 6455 asks of text beside being UTF-8. Pure functions, any thread. Valid C++17.
#pragma once

#include <string>
#include <string_view>

namespace causeway::net {

// The last character lacks octets. `text` is valid UTF-8 up to there.
[[nodiscard]] bool ends_within_character(std::string_view text);

// What of a reason fits a Close frame: 123 octets, cut between characters; "" if it is not UTF-8.
[[nodiscard]] std::string fitting_reason(std::string_view reason);

}  // namespace causeway::net
