// The real Writer and Reader on a real file, on the test's own thread, one small step at a time: what
// is asked waits until a step does it, and the steps come in any order in which the threads of
// SqliteStore could have done them. A commit, telling of it and each answer are steps of their own;
// so are looking at a snapshot and answering with what was seen.
#pragma once

#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "storage/reader.hpp"
#include "storage/store.hpp"
#include "storage/writer.hpp"
#include "tests/model/dice.hpp"

namespace causeway::model {

// A request as it was submitted, and what came of it.
struct Decided {
    storage::Request request;
    storage::Answer answer;
    std::vector<storage::Committed> committed;
};

class StoreOnOneThread final : public storage::Store {
public:
    // `path` is an empty directory; `clock` outlives the store. Copies an empty store there first.
    StoreOnOneThread(std::filesystem::path path, const Clock& clock);
    ~StoreOnOneThread() override;

    void submit(storage::Request request, storage::OnAnswer on_answer) override;
    void read_log(storage::Log log, Offset after, std::size_t limit,
                  storage::OnRead<storage::LogPage> on_read) override;
    void read_log_state(storage::Log log, std::string device,
                        storage::OnRead<storage::LogState> on_read) override;
    void read_memberships(std::string user, storage::OnRead<std::vector<std::string>> on_read) override;
    void read_conversations(std::string user,
                            storage::OnRead<std::vector<storage::ConversationRow>> on_read) override;
    void read_sync(storage::SyncQuery query, storage::OnRead<storage::SyncPage> on_read) override;
    void read_history(storage::HistoryQuery query, storage::OnRead<storage::HistoryPage> on_read) override;
    void read_unread(std::string user, storage::OnRead<std::vector<storage::UnreadRow>> on_read) override;
    void read_queue(std::string destination, Offset after, std::size_t limit,
                    storage::OnRead<storage::QueuePage> on_read) override;
    void read_queues(std::string after, std::size_t limit,
                     storage::OnRead<std::vector<storage::QueueRow>> on_read) override;
    [[nodiscard]] const std::string& epoch() const override { return epoch_; }
    [[nodiscard]] bool healthy() const override { return true; }

    // Does one of the things that could happen next. False: there is nothing to do.
    bool step(Dice& dice);
    // The next commit will fail: its requests are refused, and the file is opened anew.
    void commit_fails_once() { fails_ = true; }
    // The process dies: what is not committed is gone, and nobody is answered any more.
    void kill();
    void open();
    // Copies of the files as they are; not between kill() and open().
    void back_up(const std::filesystem::path& to) const;
    // While killed: the files become those of the copy, with another epoch.
    void restore(const std::filesystem::path& from);

    [[nodiscard]] storage::Reader& reader() { return *reader_; }

    // What was committed, request by request, at the very moment of the commit.
    std::function<void(const std::vector<Decided>&)> on_decided;
    // As a store tells its shards.
    std::function<void(std::vector<storage::Committed>)> on_committed;
    // No page has more entries than this, whatever was asked.
    std::size_t page_limit = 1000;

private:
    struct Submitted {
        storage::Request request;
        storage::OnAnswer on_answer;
    };
    using Answering = std::function<void()>;
    using Reading = std::function<Answering(storage::Reader&)>;

    template <typename T>
    void read(std::function<T(storage::Reader&)> query, storage::OnRead<T> on_read);
    void commit(std::size_t count);
    void refuse(std::vector<Submitted>& batch);
    void tell();
    static void take_one(std::vector<Reading>& from, std::size_t index, std::vector<Answering>& into,
                         storage::Reader& reader);

    const Clock& clock_;
    storage::StoreOptions options_;
    SeededRandom random_{1};
    std::string epoch_;
    std::unique_ptr<storage::Writer> writer_;
    std::unique_ptr<storage::Reader> reader_;
    bool fails_ = false;

    std::deque<Submitted> queue_;
    std::vector<storage::Committed> untold_;
    std::deque<Answering> answers_;  // of the last commit, in order
    std::vector<Reading> reads_;     // no snapshot taken yet
    std::vector<Answering> seen_;    // snapshots that nobody has been told of
};

}  // namespace causeway::model
