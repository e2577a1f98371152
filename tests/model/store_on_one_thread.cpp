#include "tests/model/store_on_one_thread.hpp"

#include "tests/storage/fixture.hpp"

namespace causeway::model {

using namespace storage;

namespace {

constexpr std::size_t kLargestBatch = 6;

// The file of a store in which nothing has happened: made once, because making tables takes longer
// than most trials.
const std::filesystem::path& empty_store() {
    static const TemporaryDirectory directory;
    static const std::filesystem::path made = [] {
        StoreOptions options;
        options.path = directory.path();
        options.durability = Durability::kProcess;
        const SystemClock clock;
        SeededRandom random(7);
        Writer(options, clock, random, Writer::Check::kNothing).finish();
        return options.file();
    }();
    return made;
}

std::string with_suffix(const std::filesystem::path& file, const char* suffix) {
    return file.string() + suffix;
}

// The file, and the log beside it, which may not exist. Its index is made anew when it is missing.
void copy_store(const std::filesystem::path& from, const std::filesystem::path& to) {
    std::error_code ignored;
    std::filesystem::remove(with_suffix(to, "-wal"), ignored);
    std::filesystem::remove(with_suffix(to, "-shm"), ignored);
    std::filesystem::copy_file(from, to, std::filesystem::copy_options::overwrite_existing);
    std::filesystem::copy_file(with_suffix(from, "-wal"), with_suffix(to, "-wal"), ignored);
}

}  // namespace

StoreOnOneThread::StoreOnOneThread(std::filesystem::path path, const Clock& clock) : clock_(clock) {
    options_.path = std::move(path);
    options_.durability = Durability::kProcess;
    options_.writer_cache_kib = options_.reader_cache_kib = 1024;
    copy_store(empty_store(), options_.file());
    open();
}

StoreOnOneThread::~StoreOnOneThread() = default;

void StoreOnOneThread::open() {
    writer_ = std::make_unique<Writer>(options_, clock_, random_, Writer::Check::kFile);
    reader_ = std::make_unique<Reader>(options_);
    epoch_ = writer_->epoch();
}

void StoreOnOneThread::kill() {
    queue_.clear();
    untold_.clear();
    answers_.clear();
    reads_.clear();
    seen_.clear();
    fails_ = false;
    reader_.reset();
    writer_.reset();
}

void StoreOnOneThread::back_up(const std::filesystem::path& to) const {
    StoreOptions copy = options_;
    copy.path = to;
    copy_store(options_.file(), copy.file());
}

void StoreOnOneThread::restore(const std::filesystem::path& from) {
    StoreOptions copy = options_;
    copy.path = from;
    copy_store(copy.file(), options_.file());
    Database database(options_.file(), Access::kWrite, options_.durability, 100);
    database.execute("UPDATE meta SET epoch = '" + random_hex(random_, 16) + "'");
}

void StoreOnOneThread::submit(Request request, OnAnswer on_answer) {
    if (writer_) queue_.push_back({std::move(request), std::move(on_answer)});
}

template <typename T>
void StoreOnOneThread::read(std::function<T(Reader&)> query, OnRead<T> on_read) {
    if (!reader_) return;
    reads_.push_back([query = std::move(query), on_read = std::move(on_read)](Reader& reader) -> Answering {
        return [on_read, seen = query(reader)] { on_read(seen); };
    });
}

void StoreOnOneThread::read_log(Log log, Offset after, std::size_t limit, OnRead<LogPage> on_read) {
    read<LogPage>([log = std::move(log), after, limit = std::min(limit, page_limit)](
                      Reader& reader) { return reader.page(log, after, limit); },
                  std::move(on_read));
}

void StoreOnOneThread::read_log_state(Log log, std::string device, OnRead<LogState> on_read) {
    read<LogState>([log = std::move(log),
                    device = std::move(device)](Reader& reader) { return reader.state(log, device); },
                   std::move(on_read));
}

void StoreOnOneThread::read_memberships(std::string user, OnRead<std::vector<std::string>> on_read) {
    read<std::vector<std::string>>(
        [user = std::move(user)](Reader& reader) { return reader.memberships(user); }, std::move(on_read));
}

void StoreOnOneThread::read_conversations(std::string user, OnRead<std::vector<ConversationRow>> on_read) {
    read<std::vector<ConversationRow>>(
        [user = std::move(user)](Reader& reader) { return reader.conversations(user); }, std::move(on_read));
}

void StoreOnOneThread::read_sync(SyncQuery, OnRead<SyncPage> on_read) { on_read(ReadFailed{"not modelled"}); }
void StoreOnOneThread::read_history(HistoryQuery, OnRead<HistoryPage> on_read) {
    on_read(ReadFailed{"not modelled"});
}
void StoreOnOneThread::read_unread(std::string, OnRead<std::vector<UnreadRow>> on_read) {
    on_read(ReadFailed{"not modelled"});
}

void StoreOnOneThread::read_queue(std::string destination, Offset after, std::size_t limit,
                                  OnRead<QueuePage> on_read) {
    read<QueuePage>([destination = std::move(destination), after, limit = std::min(limit, page_limit)](
                        Reader& reader) { return reader.queue(destination, after, limit); },
                    std::move(on_read));
}

void StoreOnOneThread::read_queues(std::string after, std::size_t limit,
                                   OnRead<std::vector<QueueRow>> on_read) {
    read<std::vector<QueueRow>>(
        [after = std::move(after), limit](Reader& reader) { return reader.queues(after, limit); },
        std::move(on_read));
}

bool StoreOnOneThread::step(Dice& dice) {
    enum class Next : std::uint8_t { kWrite, kLook, kAnswerRead };
    std::vector<Next> could;
    const bool writes = !untold_.empty() || !answers_.empty() || !queue_.empty();
    if (writes) could.push_back(Next::kWrite);
    if (!reads_.empty()) could.push_back(Next::kLook);
    if (!seen_.empty()) could.push_back(Next::kAnswerRead);
    if (could.empty()) return false;
    switch (dice.of(could)) {
        case Next::kWrite:
            if (!untold_.empty()) {
                tell();
            } else if (!answers_.empty()) {
                const Answering answer = std::move(answers_.front());
                answers_.pop_front();
                answer();
            } else {
                commit(1 + dice.below(std::min(queue_.size(), kLargestBatch)));
            }
            break;
        case Next::kLook:
            take_one(reads_, dice.below(reads_.size()), seen_, *reader_);
            break;
        case Next::kAnswerRead: {
            const std::size_t index = dice.below(seen_.size());
            const Answering answer = std::move(seen_[index]);
            seen_.erase(seen_.begin() + static_cast<std::ptrdiff_t>(index));
            answer();
            break;
        }
    }
    return true;
}

void StoreOnOneThread::take_one(std::vector<Reading>& from, std::size_t index, std::vector<Answering>& into,
                                Reader& reader) {
    const Reading reading = std::move(from[index]);
    from.erase(from.begin() + static_cast<std::ptrdiff_t>(index));
    into.push_back(reading(reader));
}

// As StoreThread does it, in parts.
void StoreOnOneThread::commit(std::size_t count) {
    std::vector<Submitted> batch;
    for (; count > 0; --count) {
        batch.push_back(std::move(queue_.front()));
        queue_.pop_front();
    }
    std::vector<Decided> decided;
    writer_->begin();
    for (Submitted& submitted : batch) {
        Decided one{submitted.request, {}, {}};
        one.answer = writer_->decide(submitted.request, one.committed);
        decided.push_back(std::move(one));
    }
    if (std::exchange(fails_, false)) return refuse(batch);
    writer_->commit();
    if (on_decided) on_decided(decided);
    for (std::size_t i = 0; i < batch.size(); ++i) {
        for (Committed& fact : decided[i].committed) untold_.push_back(std::move(fact));
        answers_.push_back([on_answer = std::move(batch[i].on_answer),
                            answer = std::move(decided[i].answer)] { on_answer(answer); });
    }
    (void)writer_->maintain();
}

void StoreOnOneThread::refuse(std::vector<Submitted>& batch) {
    writer_.reset();
    writer_ = std::make_unique<Writer>(options_, clock_, random_, Writer::Check::kNothing);
    for (Submitted& submitted : batch)
        answers_.push_back([on_answer = std::move(submitted.on_answer)] {
            on_answer(Refusal{ErrorCode::kSendFailed, "the commit failed", {}});
        });
}

void StoreOnOneThread::tell() {
    if (on_committed) on_committed(std::exchange(untold_, {}));
}

}  // namespace causeway::model
