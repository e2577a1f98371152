// Who talks where: the same for the same seed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tools/soak/options.hpp"

namespace causeway::soak {

struct Plan {
    std::uint64_t run = 0;                            // names the conversations, so that no two runs meet
    std::vector<std::vector<std::uint64_t>> members;  // users of each conversation; the first one makes it
};

[[nodiscard]] Plan make_plan(const Options& options, std::uint64_t run);

[[nodiscard]] std::string conversation_id(const Plan& plan, std::uint64_t conversation);

// Uniform enough, and the same everywhere for the same state.
[[nodiscard]] std::uint64_t next_random(std::uint64_t& state);
// From 0 up to, but not, 1.
[[nodiscard]] double next_fraction(std::uint64_t& state);

}  // namespace causeway::soak
