// What a flood left free in the heaps goes back to the system: by itself malloc keeps most of it for the life
// of the process.
#pragma once

#include "broker/base/clock.hpp"

namespace causeway {

class HeapTrim {
public:
    // Trims all heaps of the process, at most every half minute, and only if much of them is unused: a shard
    // that allocates meanwhile waits. One thread.
    void look(Monotonic now);

private:
    Monotonic next_look_{};
};

}  // namespace causeway
