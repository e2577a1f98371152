// When a group was too large for user queues: spans of offsets (wide_after, wide_until] that no view of a
// user queue shows. Store thread only.
#pragma once

#include <cstdint>

#include "storage/statement.hpp"

namespace causeway::storage {

class WideSpans {
public:
    explicit WideSpans(Database& database);
    // `now`: the last offset given.
    void begin(std::int64_t conversation, std::int64_t now);
    void end(std::int64_t conversation, std::int64_t now);

private:
    Statement reopen_;
    Statement insert_;
    Statement delete_empty_;
    Statement close_;
};

}  // namespace causeway::storage
