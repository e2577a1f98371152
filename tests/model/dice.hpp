// Small reproducible chance: what a step does is drawn from its own number, so that a step does the
// same (as far as it can) when others are taken away from before it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace causeway::model {

class Dice {
public:
    explicit Dice(std::uint64_t seed) : state_(seed) {}

    // splitmix64
    std::uint64_t roll() {
        std::uint64_t z = state_ += 0x9e3779b97f4a7c15U;
        z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
        z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
        return z ^ (z >> 31U);
    }
    // Below `count`, which is not 0.
    std::size_t below(std::size_t count) { return static_cast<std::size_t>(roll() % count); }
    bool one_in(std::size_t count) { return below(count) == 0; }
    template <typename List>
    auto& of(List& list) {
        return list[below(list.size())];
    }

private:
    std::uint64_t state_;
};

}  // namespace causeway::model
