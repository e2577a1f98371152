#include "broker/heap_trim.hpp"

#include <malloc.h>

namespace causeway {

namespace {

constexpr Milliseconds kBetweenLooks{30'000};
// Less than this will be wanted again soon, and to take it back costs page faults.
constexpr std::size_t kWorthTrimming = std::size_t{64} << 20;

bool is_worth_it() {
    const auto heap = ::mallinfo2();
    return heap.fordblks > kWorthTrimming && heap.fordblks > heap.uordblks;
}

}  // namespace

void HeapTrim::look(Monotonic now) {
    if (now < next_look_) return;
    next_look_ = now + kBetweenLooks;
    if (is_worth_it()) ::malloc_trim(0);
}

}  // namespace causeway
