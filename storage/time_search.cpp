#include "storage/time_search.hpp"

namespace causeway::storage {

TimeSearch::TimeSearch(Database& database)
    : select_(database,
              "SELECT offset, created_at FROM entries WHERE offset > ? AND offset <= ? "
              "ORDER BY offset DESC LIMIT 1") {}

std::int64_t TimeSearch::last_before(std::int64_t time, std::int64_t end_of_store) {
    // What was written before `time` ends in [low, high].
    std::int64_t low = 0;
    std::int64_t high = end_of_store;
    std::int64_t found = 0;
    while (low < high) {
        const std::int64_t middle = low + (high - low + 1) / 2;
        auto rows = select_.query(low, middle);
        if (!rows.next()) {
            low = middle;
        } else if (rows.integer(1) < time) {
            found = rows.integer(0);
            low = middle;
        } else {
            high = rows.integer(0) - 1;
        }
    }
    return found;
}

}  // namespace causeway::storage
