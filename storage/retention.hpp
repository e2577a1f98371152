// Removes what has been kept for long enough, oldest first, a slice between two commits at a time.
// Decides by the rules of StoreOptions alone; bounds of single topics are not its matter. Store thread
// only.
#pragma once

#include "broker/base/clock.hpp"
#include "storage/removal.hpp"
#include "storage/store_options.hpp"

namespace causeway::storage {

class Retention {
public:
    Retention(Database& database, Usage& usage, Removal& removal, const RetentionRules& rules);

    // Inside an open transaction. Looks at 500 entries at most, of all kinds together. True: there is more
    // to look at now.
    bool sweep(WallTime now);
    // Entries removed since the last call. Of use after the commit.
    [[nodiscard]] std::uint64_t take_removed();

private:
    [[nodiscard]] const Kept& rule_of(UsageKind kind) const;
    [[nodiscard]] bool sweep(UsageKind kind, WallTime now, std::size_t& budget);
    void expire(const StoredEntry& entry);
    void expire_of_topic(const StoredEntry& entry);

    Usage& usage_;
    Removal& removal_;
    const RetentionRules& rules_;
    std::uint64_t removed_ = 0;
    Statement select_next_;
    Statement select_newest_;
    Statement select_older_;
};

}  // namespace causeway::storage
