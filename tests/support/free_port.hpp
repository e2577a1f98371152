// A port for a program that cannot be told to take port 0 and say which it got.
#pragma once

#include <cstdint>

#include "tests/support/socket.hpp"

namespace causeway::test {

// A port of 127.0.0.1 that was free a moment ago. Another program may still be faster: try again then.
[[nodiscard]] inline std::uint16_t free_port() { return ListeningSocket().port(); }

}  // namespace causeway::test
