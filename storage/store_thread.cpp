#include "storage/store_thread.hpp"

#include <algorithm>

namespace causeway::storage {

namespace {

constexpr std::chrono::seconds kIdleLook{1};

// What has to go on while space is short: it makes room, or needs little.
template <typename AnyRequest>
bool grows(const AnyRequest& request) {
    if (const auto* amend = std::get_if<Amend>(&request)) return amend->change == Amend::Change::kEdit;
    return std::holds_alternative<Append>(request) || std::holds_alternative<CreateConversation>(request);
}

bool any_grows(const Request& request) {
    const auto* together = std::get_if<Together>(&request);
    if (together == nullptr) return grows(request);
    return std::any_of(together->parts.begin(), together->parts.end(), grows<Part>);
}

// How many requests it counts as in a batch.
std::size_t weight_of(const Request& request) {
    const auto* together = std::get_if<Together>(&request);
    return together == nullptr ? 1 : std::max<std::size_t>(1, together->parts.size());
}

std::uint64_t size_of(const std::filesystem::path& path) {
    std::error_code missing;
    const auto bytes = std::filesystem::file_size(path, missing);
    return missing ? 0 : bytes;
}

}  // namespace

StoreThread::StoreThread(const StoreOptions& options, const Clock& clock, Random& random,
                         OnCommitted on_committed)
    : options_(options),
      clock_(clock),
      on_committed_(std::move(on_committed)),
      random_(random),
      space_(options.path, options.min_free_bytes) {
    writer_ = std::make_unique<Writer>(options_, clock_, random_, Writer::Check::kFile);
    epoch_ = writer_->epoch();
    take_figures();
    thread_ = std::thread([this] { run(); });
}

StoreThread::~StoreThread() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_one();
    thread_.join();
}

void StoreThread::submit(Request request, OnAnswer on_answer) {
    {
        const std::lock_guard lock(mutex_);
        if (waiting_ < options_.queue_limit) {
            ++waiting_;
            queue_.push_back({std::move(request), std::move(on_answer)});
            if (queue_.size() == 1) wake_.notify_one();
            return;
        }
    }
    on_answer(Refusal{ErrorCode::kSendFailed,
                      "more than " + std::to_string(options_.queue_limit) +
                          " requests wait for the disk (storage.queue_limit); try again later",
                      {}});
}

void StoreThread::run() {
    Batch batch;
    tell_health();
    while (take(batch)) {
        space_.look();
        if (!writer_) try_to_open();
        tell_health();
        if (!batch.empty()) commit(batch);
        maintain();
        take_figures();
    }
    try {
        if (writer_) writer_->finish();
    } catch (const Error&) {
        // What was answered is in the log; the next start moves it into the file.
    }
}

bool StoreThread::take(Batch& batch) {
    const bool all_done = done_ == taken_.size();
    if (all_done) taken_.clear();
    std::unique_lock lock(mutex_);
    if (all_done) {
        done_ = 0;
        const auto awaited = [this] { return stopping_ || !queue_.empty(); };
        if (!writer_)
            wake_.wait_until(lock, open_again_at_, awaited);
        else if (!more_to_maintain_)
            wake_.wait_for(lock, on_trial_ ? options_.reopen_at_most : kIdleLook, awaited);
        taken_.swap(queue_);
    }
    std::size_t count = 0;
    for (std::size_t weight = 0; done_ + count < taken_.size() && weight < options_.batch_limit; ++count)
        weight += weight_of(taken_[done_ + count].request);
    batch = Batch(taken_).subspan(done_, count);
    done_ += count;
    waiting_ -= count;
    return count > 0 || !stopping_;
}

void StoreThread::commit(Batch batch) {
    if (!writer_) return refuse(batch);
    std::vector<Answer> answers;
    std::vector<Committed> committed;
    answers.reserve(batch.size());
    committed.reserve(batch.size());
    try {
        writer_->begin();
        for (auto& submitted : batch) answers.push_back(decide(submitted.request, committed));
        writer_->commit();
    } catch (const Error& error) {
        ++counted_.commits_failed;
        give_up(error);
        return refuse(batch);
    }
    if (!committed.empty() && on_committed_) on_committed_(std::move(committed));
    for (std::size_t i = 0; i < batch.size(); ++i) batch[i].on_answer(std::move(answers[i]));
}

Answer StoreThread::decide(Request& request, std::vector<Committed>& committed) {
    if (!space_.is_short() || !any_grows(request)) return writer_->decide(request, committed);
    ++counted_.refused;
    return Refusal{ErrorCode::kSendFailed,
                   "the disk of the message store is nearly full (storage.min_free); try again later",
                   {}};
}

void StoreThread::maintain() {
    if (!writer_) return;
    try {
        more_to_maintain_ = writer_->maintain();
        counted_.entries_expired += writer_->take_expired();
    } catch (const Error& error) {
        ++counted_.commits_failed;
        give_up(error);
    }
}

void StoreThread::try_to_open() {
    if (std::chrono::steady_clock::now() < open_again_at_) return;
    try {
        writer_ = std::make_unique<Writer>(options_, clock_, random_, Writer::Check::kNothing);
        on_trial_ = true;
        trusted_at_ = std::chrono::steady_clock::now() + options_.reopen_at_most;
    } catch (const Error& error) {
        give_up(error);
    }
}

void StoreThread::give_up(const Error& error) {
    failure_ = error.what();
    writer_.reset();
    more_to_maintain_ = false;
    tell_health();
    back_off_ =
        back_off_.count() == 0 ? options_.reopen_after : std::min(back_off_ * 2, options_.reopen_at_most);
    open_again_at_ = std::chrono::steady_clock::now() + back_off_;
}

void StoreThread::tell_health() {
    if (on_trial_ && writer_ && std::chrono::steady_clock::now() >= trusted_at_) {
        on_trial_ = false;
        back_off_ = std::chrono::milliseconds(0);
    }
    const bool healthy = writer_ && !on_trial_ && !space_.is_short();
    if (healthy_.exchange(healthy) == healthy || !options_.on_health) return;
    options_.on_health(healthy, healthy ? std::string() : writer_ ? space_.reason() : failure_);
}

void StoreThread::take_figures() {
    const auto now = std::chrono::steady_clock::now();
    if (now >= measure_again_at_) {
        measure_again_at_ = now + kIdleLook;
        counted_.file_bytes = size_of(options_.file());
        counted_.wal_bytes = size_of(options_.file().string() + "-wal");
        counted_.free_bytes = space_.bytes();
    }
    if (writer_) {
        try {
            counted_.outbox = writer_->outbox_waiting();
            counted_.outbox_oldest_at = writer_->outbox_oldest_at();
        } catch (const Error& error) {
            give_up(error);
        }
    }
    const std::lock_guard lock(mutex_);
    figures_ = counted_;
}

StoreFigures StoreThread::figures() const {
    const std::lock_guard lock(mutex_);
    StoreFigures figures = figures_;
    figures.queued = waiting_;
    return figures;
}

// The reason is for the log, not for a peer: it names paths.
void StoreThread::refuse(Batch batch) {
    counted_.refused += batch.size();
    for (auto& submitted : batch)
        submitted.on_answer(
            Refusal{ErrorCode::kSendFailed, "the message could not be stored; try again later", {}});
}

}  // namespace causeway::storage
