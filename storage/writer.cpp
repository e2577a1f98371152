#include "storage/writer.hpp"

#include "storage/schema.hpp"

namespace causeway::storage {

namespace {

constexpr std::chrono::seconds kBetweenSweeps{10};
constexpr Milliseconds kWaitForReaders{50};

}  // namespace

Writer::Writer(const StoreOptions& options, const Clock& clock, Random& random, Check check)
    : options_(options),
      clock_(clock),
      database_(options.file(), Access::kWrite, options.durability, options.writer_cache_kib),
      ids_(clock, random),
      checkpoint_at_(options.checkpoint_pages),
      next_sweep_(clock.monotonic()) {
    std::error_code ignored;
    const bool small = std::filesystem::file_size(options.file(), ignored) <= options.checked_bytes;
    if (check == Check::kFile && small) check_soundness(database_);
    migrate(database_, random);
    epoch_ = database_.value_of("SELECT epoch FROM meta");
    users_.emplace(database_);
    conversations_.emplace(database_, *users_, clock);
    floors_.emplace(database_);
    own_logs_.emplace(database_, *users_, *floors_, clock);
    entries_.emplace(database_, *own_logs_, clock);
    appends_.emplace(database_, *users_, *conversations_, *own_logs_, *entries_, ids_, clock,
                     options.entry_bytes);
    amendments_.emplace(database_, *users_, *conversations_, *entries_, *appends_, clock,
                        options.entry_bytes);
    memberships_.emplace(*conversations_, ids_);
    cursors_.emplace(database_, *users_, clock);
    watermarks_.emplace(database_, *users_, *conversations_);
    // Shows whether the disk takes writes at all before anybody is told that it does.
    Transaction probe(database_, Access::kWrite);
    database_.execute("UPDATE meta SET last_offset = last_offset");
    // Sessions outlive a handle that failed, but not the process.
    if (check == Check::kFile) cursors_->end_sessions(entries_->last());
    probe.commit();
}

void Writer::begin() { transaction_.emplace(database_, Access::kWrite); }

Answer Writer::decide(Request& request, std::vector<Committed>& committed) {
    conversations_->forget_some();
    if (auto* append = std::get_if<Append>(&request)) return appends_->decide(*append, committed);
    if (auto* amend = std::get_if<Amend>(&request)) return amendments_->decide(*amend, committed);
    if (const auto* create = std::get_if<CreateConversation>(&request))
        return memberships_->decide(*create, entries_->last(), committed);
    if (const auto* change = std::get_if<ChangeMembership>(&request))
        return memberships_->decide(*change, entries_->last(), committed);
    if (const auto* cursors = std::get_if<MoveCursors>(&request)) return cursors_->move(*cursors);
    if (const auto* cursors = std::get_if<ResetCursors>(&request)) return cursors_->reset(*cursors);
    if (const auto* marks = std::get_if<MoveWatermarks>(&request))
        return watermarks_->decide(*marks, committed);
    return Refusal{ErrorCode::kTypeUnsupported, "not built yet", {}};
}

void Writer::commit() {
    entries_->save_last();
    transaction_->commit();
    transaction_.reset();
}

bool Writer::maintain() {
    checkpoint_if_due();
    if (clock_.monotonic() < next_sweep_) return false;
    Transaction transaction(database_, Access::kWrite);
    const bool more =
        appends_->forget_before(WallTime{to_ms(clock_.wall()) - options_.idempotency_kept.count()});
    if (!more) cursors_->forget_before(WallTime{to_ms(clock_.wall()) - options_.cursors_kept.count()});
    transaction.commit();
    if (!more) next_sweep_ = clock_.monotonic() + kBetweenSweeps;
    return more;
}

// The log shrinks (in pages) when a passive checkpoint got through and the next commit began it anew.
void Writer::checkpoint_if_due() {
    const int pages = database_.wal_pages();
    if (pages < checkpoint_at_ - options_.checkpoint_pages) checkpoint_at_ = options_.checkpoint_pages;
    if (pages < checkpoint_at_) return;
    if (pages < options_.truncate_pages || !database_.checkpoint_truncate(kWaitForReaders))
        database_.checkpoint_passive();
    checkpoint_at_ = database_.wal_pages() + options_.checkpoint_pages;
}

void Writer::finish() { (void)database_.checkpoint_truncate(kWaitForReaders); }

}  // namespace causeway::storage
