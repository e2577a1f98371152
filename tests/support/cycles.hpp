// How often a test does again what it is about.
#pragma once

#include <cstdlib>

namespace causeway::test {

[[nodiscard]] inline bool is_long() { return std::getenv("CAUSEWAY_LONG") != nullptr; }

// `few`, with CAUSEWAY_LONG=1 `many`; CAUSEWAY_CYCLES=N is heard before both.
[[nodiscard]] inline int cycles(int few, int many) {
    const char* const said = std::getenv("CAUSEWAY_CYCLES");
    if (said != nullptr) return std::atoi(said);
    return is_long() ? many : few;
}

}  // namespace causeway::test
