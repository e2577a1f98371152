#include "storage/writer.hpp"

#include "storage/file_check.hpp"
#include "storage/free_space.hpp"
#include "storage/schema.hpp"

namespace causeway::storage {

namespace {

constexpr std::chrono::seconds kBetweenSweeps{10};
constexpr Milliseconds kWaitForReaders{50};

// The file is looked at before a connection opens it that would write.
std::filesystem::path checked(const StoreOptions& options, Writer::Check check) {
    if (check == Writer::Check::kFile) check_file(options);
    return options.file();
}

// Entries have the time in their envelopes.
void stamp(Committed& fact, std::int64_t now) {
    std::visit(
        [now](auto& one) {
            if constexpr (requires { one.at; }) one.at = now;
        },
        fact);
}

// A cursor beyond the end would skip what is yet to come, and is taken for damage.
Answer reset_cursors(Cursors& cursors, const ResetCursors& request, Offset last) {
    if (request.to && value(*request.to) > value(last))
        return Refusal{ErrorCode::kMessageInvalid,
                       "to: the store ends at offset " + std::to_string(value(last)), "to"};
    return cursors.reset(request);
}

}  // namespace

Writer::Writer(const StoreOptions& options, const Clock& clock, Random& random, Check check)
    : options_(options),
      clock_(clock),
      database_(checked(options, check), Access::kWrite, options.durability, options.writer_cache_kib),
      ids_(clock, random),
      checkpoint_at_(options.checkpoint_pages),
      next_sweep_(clock.monotonic()) {
    migrate(database_, random);
    begin_with_an_empty_log();
    epoch_ = database_.value_of("SELECT epoch FROM meta");
    users_.emplace(database_);
    conversations_.emplace(database_, *users_, clock);
    floors_.emplace(database_);
    usage_.emplace(database_);
    queue_sizes_.emplace(database_);
    own_logs_.emplace(database_, *users_, *floors_, *usage_, *queue_sizes_, clock);
    entries_.emplace(database_, *own_logs_, clock);
    appends_.emplace(database_, *users_, *conversations_, *own_logs_, *entries_, ids_, clock,
                     options.entry_bytes);
    amendments_.emplace(database_, *users_, *conversations_, *entries_, *appends_, *usage_, clock,
                        options.entry_bytes);
    memberships_.emplace(*conversations_, ids_);
    cursors_.emplace(database_, *users_, clock);
    watermarks_.emplace(database_, *users_, *conversations_);
    outbox_.emplace(database_, *entries_, clock, options.make_outbox_event);
    removal_.emplace(database_, *usage_, *queue_sizes_);
    retention_.emplace(database_, *usage_, *removal_, options.retention);
    erasure_.emplace(database_, *users_, *conversations_, *own_logs_, *entries_, *usage_, *removal_, random);
    queues_.emplace(database_, *own_logs_, *entries_, *removal_);
    // Shows whether the disk takes writes at all before anybody is told that it does.
    Transaction probe(database_, Access::kWrite);
    database_.execute("UPDATE meta SET last_offset = last_offset");
    // Sessions outlive a handle that failed, but not the process.
    if (check == Check::kFile) cursors_->end_sessions(entries_->last());
    probe.commit();
}

void Writer::begin() { transaction_.emplace(database_, Access::kWrite); }

Answer Writer::decide(Request& request, std::vector<Committed>& committed) {
    if (auto* together = std::get_if<Together>(&request)) return decide_together(*together, committed);
    return decide_one(request, committed);
}

Answer Writer::decide_one(Request& request, std::vector<Committed>& committed) {
    conversations_->forget_some();
    const std::size_t told = committed.size();
    Answer answer = dispatch(request, committed);
    const std::int64_t now = to_ms(clock_.wall());
    for (std::size_t i = told; i < committed.size(); ++i) {
        stamp(committed[i], now);
        if (const auto* entry = std::get_if<CommittedEntry>(&committed[i]))
            usage_->added(usage_kind(*entry), entry->protobuf.size());
        outbox_->add(committed[i]);
    }
    return answer;
}

Answer Writer::dispatch(Request& request, std::vector<Committed>& committed) {
    if (auto* append = std::get_if<Append>(&request)) return appends_->decide(*append, committed);
    if (auto* amend = std::get_if<Amend>(&request)) return amendments_->decide(*amend, committed);
    if (const auto* create = std::get_if<CreateConversation>(&request))
        return memberships_->decide(*create, entries_->last(), committed);
    if (const auto* change = std::get_if<ChangeMembership>(&request))
        return memberships_->decide(*change, entries_->last(), committed);
    if (const auto* cursors = std::get_if<MoveCursors>(&request)) return cursors_->move(*cursors);
    if (const auto* cursors = std::get_if<ResetCursors>(&request))
        return reset_cursors(*cursors_, *cursors, entries_->last());
    if (const auto* marks = std::get_if<MoveWatermarks>(&request))
        return watermarks_->decide(*marks, committed);
    if (const auto* settle = std::get_if<SettleOutbox>(&request)) return Changed{outbox_->settle(*settle)};
    if (const auto* settle = std::get_if<SettleQueue>(&request)) return queues_->decide(*settle, committed);
    if (const auto* purge = std::get_if<PurgeQueue>(&request)) return queues_->decide(*purge);
    return erasure_->decide(std::get<EraseUser>(request), committed);
}

void Writer::commit() {
    entries_->save_last();
    own_logs_->save();
    usage_->save();
    transaction_->commit();
    transaction_.reset();
}

bool Writer::maintain() {
    checkpoint_if_due();
    const Monotonic begun = clock_.monotonic();
    if (begun < next_sweep_) return false;
    const bool more = sweep();
    if (!more) next_sweep_ = begun + kBetweenSweeps;
    return more;
}

bool Writer::sweep() {
    const std::int64_t now = to_ms(clock_.wall());
    Transaction transaction(database_, Access::kWrite);
    bool more = appends_->forget_before(WallTime{now - options_.idempotency_kept.count()});
    if (!more) cursors_->forget_before(WallTime{now - options_.cursors_kept.count()});
    const auto in_own_logs = [this] {
        return usage_->of(UsageKind::kInbox).entries + usage_->of(UsageKind::kTopic).entries;
    };
    const std::uint64_t before = in_own_logs();
    more = retention_->sweep(WallTime{now}) || more;
    if (in_own_logs() != before) own_logs_->forget_all();  // it holds sizes
    own_logs_->save();
    usage_->save();
    transaction.commit();
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

// Frames whose sync failed may be in the kernel's memory and not on the disk, with nobody to tell: the kernel
// calls them clean. Later commits must not follow them in the log, or they would be lost with them. (While
// somebody reads, the index of the log is shared with him and knows better: then nothing need be done.)
void Writer::begin_with_an_empty_log() {
    // The file may grow by as much as the log has. Where that is scarce, what makes room must go on.
    std::error_code missing;
    const auto bytes = std::filesystem::file_size(database_.path() + "-wal", missing);
    if (missing || free_bytes_at(options_.path) / 2 <= bytes) return;
    (void)database_.checkpoint_truncate(kWaitForReaders);
}

void Writer::finish() { (void)database_.checkpoint_truncate(kWaitForReaders); }

}  // namespace causeway::storage
