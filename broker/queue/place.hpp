// Where a message stands in its queue, which is also how it is named between consumers and the queue: no
// two messages of a queue have one place. Stored messages stand at their offsets, the others behind the
// last stored one that was there when they came.
#pragma once

#include <compare>
#include <cstdint>

#include "broker/base/numbers.hpp"

namespace causeway::queue {

struct Place {
    Offset offset{};
    std::uint64_t behind = 0;  // 0: the stored message of this offset; else counts up

    [[nodiscard]] bool is_stored() const { return behind == 0; }
    auto operator<=>(const Place&) const = default;
};

}  // namespace causeway::queue
