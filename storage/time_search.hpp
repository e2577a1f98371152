// From a time to the store's offset: a binary search over the entries, which were written in order. As good
// as the clock was: where it jumped back, the answer is one of several. One thread, as its Database.
#pragma once

#include <cstdint>

#include "storage/statement.hpp"

namespace causeway::storage {

class TimeSearch {
public:
    explicit TimeSearch(Database& database);
    // The last entry there is that was written before `time` (milliseconds since 1970); 0: none was.
    [[nodiscard]] std::int64_t last_before(std::int64_t time, std::int64_t end_of_store);

private:
    Statement select_;
};

}  // namespace causeway::storage
