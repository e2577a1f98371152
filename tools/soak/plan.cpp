#include "tools/soak/plan.hpp"

#include <algorithm>

namespace causeway::soak {

std::uint64_t next_random(std::uint64_t& state) {
    // splitmix64
    std::uint64_t z = state += 0x9e3779b97f4a7c15ULL;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
}

double next_fraction(std::uint64_t& state) {
    return static_cast<double>(next_random(state) >> 11) / 9007199254740992.0;  // 2^53
}

Plan make_plan(const Options& options, std::uint64_t run) {
    Plan plan;
    plan.run = run;
    std::uint64_t state = options.seed;
    for (std::uint64_t k = 0; k < options.conversations; ++k) {
        std::vector<std::uint64_t> members{k % options.users};
        const std::uint64_t wanted = std::min(options.users, options.members);
        while (members.size() < wanted) {
            const std::uint64_t user = next_random(state) % options.users;
            if (std::find(members.begin(), members.end(), user) == members.end()) members.push_back(user);
        }
        plan.members.push_back(std::move(members));
    }
    return plan;
}

std::string conversation_id(const Plan& plan, std::uint64_t conversation) {
    constexpr char kDigits[] = "0123456789abcdef";
    std::string run;
    for (int shift = 60; shift >= 0; shift -= 4) run += kDigits[plan.run >> shift & 15];
    return "soak-" + run + "-" + std::to_string(conversation);
}

}  // namespace causeway::soak
