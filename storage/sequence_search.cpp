#include "storage/sequence_search.hpp"

#include <limits>

namespace causeway::storage {

namespace {

// Nearer to the end than this, walking is as cheap as searching.
constexpr std::int64_t kWalked = 32;

}  // namespace

SequenceSearch::SequenceSearch(Database& database)
    : select_back_(database,
                   "SELECT offset, sequence FROM conversation_log WHERE conversation = ? AND offset <= ? "
                   "ORDER BY offset DESC LIMIT ?"),
      select_between_(database,
                      "SELECT offset, sequence FROM conversation_log WHERE conversation = ? AND offset > ? "
                      "AND offset <= ? ORDER BY offset DESC LIMIT 1"),
      select_after_(database,
                    "SELECT offset, sequence FROM conversation_log WHERE conversation = ? AND offset > ? "
                    "ORDER BY offset LIMIT 1") {}

std::optional<SequenceSearch::Place> SequenceSearch::at_or_before(std::int64_t conversation,
                                                                  std::int64_t sequence) {
    if (sequence <= 0) return std::nullopt;
    auto high = last_until(conversation, std::numeric_limits<std::int64_t>::max());
    if (!high) return std::nullopt;
    if (high->sequence <= sequence) return Place{high->offset, high->sequence, true};
    // The entry wanted lies above `low` and below `high`; `best` is the last one seen that would do.
    std::int64_t low = 0;
    std::optional<Place> best;
    while (high->offset - low > 1) {
        if (high->sequence - sequence <= kWalked)
            if (const auto found = walk_back(conversation, high->offset, sequence)) return found;
        const std::int64_t middle = low + (high->offset - low) / 2;
        const auto place = only(select_between_.query(conversation, low, middle));
        if (!place) {
            low = middle;
        } else if (place->sequence > sequence) {
            high = place;
        } else {
            if (place->sequence == sequence) return place;
            best = place;
            low = middle;
        }
        if (low >= high->offset) break;
    }
    return best;
}

std::optional<SequenceSearch::Place> SequenceSearch::last_until(std::int64_t conversation,
                                                                std::int64_t offset) {
    return only(select_back_.query(conversation, offset, std::int64_t{1}));
}

std::optional<SequenceSearch::Place> SequenceSearch::first_after(std::int64_t conversation,
                                                                 std::int64_t offset) {
    return only(select_after_.query(conversation, offset));
}

std::optional<SequenceSearch::Place> SequenceSearch::walk_back(std::int64_t conversation, std::int64_t from,
                                                               std::int64_t sequence) {
    auto rows = select_back_.query(conversation, from, kWalked + 1);
    while (rows.next())
        if (rows.integer(1) <= sequence) return Place{rows.integer(0), rows.integer(1)};
    return std::nullopt;
}

std::optional<SequenceSearch::Place> SequenceSearch::only(Statement::Rows rows) {
    if (!rows.next()) return std::nullopt;
    return Place{rows.integer(0), rows.integer(1)};
}

}  // namespace causeway::storage
