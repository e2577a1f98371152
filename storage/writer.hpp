// The one connection that writes: opens and migrates the file, decides requests inside a
// transaction, checkpoints. After an Error the whole object is void: destroy it, which closes the
// handle, and open another. (A sync that failed once must not be tried again on the same handle:
// the kernel forgets the pages it could not write.) One thread at a time.
#pragma once

#include <optional>
#include <string>

#include "broker/base/random.hpp"
#include "storage/amendments.hpp"
#include "storage/appends.hpp"
#include "storage/cursors.hpp"
#include "storage/memberships.hpp"
#include "storage/outbox.hpp"
#include "storage/queue_settlements.hpp"
#include "storage/retention.hpp"
#include "storage/store_options.hpp"
#include "storage/user_erasure.hpp"
#include "storage/watermarks.hpp"

namespace causeway::storage {

class Writer {
public:
    enum class Check : std::uint8_t { kFile, kNothing };
    Writer(const StoreOptions& options, const Clock& clock, Random& random, Check check);
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    [[nodiscard]] const std::string& epoch() const { return epoch_; }

    void begin();
    [[nodiscard]] Answer decide(Request& request, std::vector<Committed>& committed);
    // Returns when what was decided will survive what StoreOptions::durability says.
    void commit();

    // Housekeeping between commits: checkpoints, and a slice of what has expired. True: there is more.
    bool maintain();
    // Events that wait, and when the first of them was made (milliseconds since 1970; 0: none waits).
    [[nodiscard]] std::uint64_t outbox_waiting() const { return outbox_->waiting(); }
    [[nodiscard]] std::int64_t outbox_oldest_at() { return outbox_->oldest_at(); }
    // Entries that retention removed since the last call.
    [[nodiscard]] std::uint64_t take_expired() { return retention_->take_removed(); }
    // Before a clean end, with all readers closed: moves the log into the file.
    void finish();

private:
    // What is held in memory of the file, as it was before something that may be rolled back.
    struct Bookmark {
        std::size_t told;
        Offset last;
        Usage::Rows usage;
        Outbox::State outbox;
    };
    [[nodiscard]] Answer dispatch(Request& request, std::vector<Committed>& committed);
    [[nodiscard]] Answer decide_one(Request& request, std::vector<Committed>& committed);
    [[nodiscard]] Answer decide_together(Together& request, std::vector<Committed>& committed);
    [[nodiscard]] Answer decide_parts(Together& request, std::vector<Committed>& committed);
    void go_back_to(const Bookmark& bookmark, std::vector<Committed>& committed);
    [[nodiscard]] bool sweep();
    void checkpoint_if_due();
    void begin_with_an_empty_log();

    const StoreOptions& options_;
    const Clock& clock_;
    Database database_;
    std::optional<Transaction> transaction_;
    std::string epoch_;
    MessageIds ids_;
    // Prepared on a migrated file only, so they come after it.
    std::optional<Users> users_;
    std::optional<Conversations> conversations_;
    std::optional<FloorWriter> floors_;
    std::optional<Usage> usage_;
    std::optional<QueueSizes> queue_sizes_;
    std::optional<OwnLogs> own_logs_;
    std::optional<EntryLog> entries_;
    std::optional<Appends> appends_;
    std::optional<Amendments> amendments_;
    std::optional<Memberships> memberships_;
    std::optional<Cursors> cursors_;
    std::optional<Watermarks> watermarks_;
    std::optional<Outbox> outbox_;
    std::optional<Removal> removal_;
    std::optional<Retention> retention_;
    std::optional<UserErasure> erasure_;
    std::optional<QueueSettlements> queues_;
    int checkpoint_at_;
    Monotonic next_sweep_;
};

}  // namespace causeway::storage
