// A store that remembers what it was asked and answers when the test says so.
#pragma once

#include <deque>
#include <utility>

#include "storage/store.hpp"

namespace causeway::app {

class FakeStore final : public storage::Store {
public:
    struct Asked {
        storage::Request request;
        storage::OnAnswer answer;
    };

    void submit(storage::Request request, storage::OnAnswer on_answer) override {
        asked.push_back({std::move(request), std::move(on_answer)});
    }
    void read_log(storage::Log, Offset, std::size_t, storage::OnRead<storage::LogPage>) override {}
    void read_log_state(storage::Log, std::string, storage::OnRead<storage::LogState> on_read) override {
        states.push_back(std::move(on_read));
    }
    void read_memberships(std::string, storage::OnRead<std::vector<std::string>>) override {}
    void read_conversations(std::string user,
                            storage::OnRead<std::vector<storage::ConversationRow>> on_read) override {
        lists.emplace_back(std::move(user), std::move(on_read));
    }
    void read_sync(storage::SyncQuery query, storage::OnRead<storage::SyncPage> on_read) override {
        syncs.emplace_back(std::move(query), std::move(on_read));
    }
    void read_history(storage::HistoryQuery query, storage::OnRead<storage::HistoryPage> on_read) override {
        histories.emplace_back(std::move(query), std::move(on_read));
    }
    void read_unread(std::string user, storage::OnRead<std::vector<storage::UnreadRow>> on_read) override {
        unread.emplace_back(std::move(user), std::move(on_read));
    }
    void read_queue(std::string, Offset, std::size_t, storage::OnRead<storage::QueuePage>) override {}
    void read_queues(std::string, std::size_t, storage::OnRead<std::vector<storage::QueueRow>>) override {}
    [[nodiscard]] const std::string& epoch() const override { return epoch_; }
    [[nodiscard]] bool healthy() const override { return true; }

    template <typename T>
    const T& last() const {
        return std::get<T>(asked.back().request);
    }

    template <typename Question, typename Read>
    using Reads = std::vector<std::pair<Question, storage::OnRead<Read>>>;

    std::vector<Asked> asked;
    Reads<std::string, std::vector<storage::ConversationRow>> lists;
    Reads<std::string, std::vector<storage::UnreadRow>> unread;
    Reads<storage::SyncQuery, storage::SyncPage> syncs;
    Reads<storage::HistoryQuery, storage::HistoryPage> histories;
    std::vector<storage::OnRead<storage::LogState>> states;

private:
    std::string epoch_ = "epoch";
};

}  // namespace causeway::app
