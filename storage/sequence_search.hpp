// From a conversation's sequence to the store's offset, and back. Both grow together, so it is a binary
// search over the conversation's log: some twenty seeks at worst, one or two near the end, and no index.
// One thread, as its Database.
#pragma once

#include <cstdint>
#include <optional>

#include "storage/statement.hpp"

namespace causeway::storage {

class SequenceSearch {
public:
    struct Place {
        std::int64_t offset;
        std::int64_t sequence;
        bool newest = false;  // known to be the conversation's last entry
    };
    explicit SequenceSearch(Database& database);

    // The last entry there is with a sequence up to `sequence`; none: all there are come later.
    [[nodiscard]] std::optional<Place> at_or_before(std::int64_t conversation, std::int64_t sequence);
    // The last entry with an offset up to `offset`.
    [[nodiscard]] std::optional<Place> last_until(std::int64_t conversation, std::int64_t offset);
    // The first entry with an offset above `offset`.
    [[nodiscard]] std::optional<Place> first_after(std::int64_t conversation, std::int64_t offset);

private:
    [[nodiscard]] std::optional<Place> walk_back(std::int64_t conversation, std::int64_t from,
                                                 std::int64_t sequence);
    [[nodiscard]] static std::optional<Place> only(Statement::Rows rows);

    Statement select_back_;
    Statement select_between_;
    Statement select_after_;
};

}  // namespace causeway::storage
