// A store in memory that answers when the test lets it, and commits as the real one does: entries
// numbered, told before they are answered.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "storage/store.hpp"

namespace causeway::session::testing {

class MemoryStore final : public storage::Store {
public:
    explicit MemoryStore(storage::OnCommitted on_committed) : on_committed_(std::move(on_committed)) {}

    void submit(storage::Request request, storage::OnAnswer on_answer) override;
    void read_log(storage::Log log, Offset after, std::size_t limit,
                  storage::OnRead<storage::LogPage> on_read) override;
    void read_log_state(storage::Log log, std::string device,
                        storage::OnRead<storage::LogState> on_read) override;
    void read_memberships(std::string user, storage::OnRead<std::vector<std::string>> on_read) override;
    void read_conversations(std::string, storage::OnRead<std::vector<storage::ConversationRow>>) override {}
    // What the user may see of conversations.
    void read_sync(storage::SyncQuery query, storage::OnRead<storage::SyncPage> on_read) override;
    // Of a topic only.
    void read_history(storage::HistoryQuery query, storage::OnRead<storage::HistoryPage> on_read) override;
    // One row, of conversation c.
    void read_unread(std::string user, storage::OnRead<std::vector<storage::UnreadRow>> on_read) override;
    void read_queue(std::string destination, Offset after, std::size_t limit,
                    storage::OnRead<storage::QueuePage> on_read) override;
    void read_queues(std::string after, std::size_t limit,
                     storage::OnRead<std::vector<storage::QueueRow>> on_read) override;
    [[nodiscard]] const std::string& epoch() const override { return epoch_; }
    [[nodiscard]] bool healthy() const override { return true; }

    // Does what was asked; false if there was nothing, or while held.
    bool work();
    // The next one only, also while held.
    void work_once();
    [[nodiscard]] std::size_t waiting() const { return asked_.size(); }

    // A message of `sender`, committed at once. The conversation is made with its first member.
    void has_message(const std::string& conversation, const std::string& sender, const std::string& content);
    void has_member(const std::string& conversation, const std::string& user);
    void has_member_no_more(const std::string& conversation, const std::string& user) {
        removes(conversation, user, user);
    }
    void removes(const std::string& conversation, const std::string& user, const std::string& actor);
    // Of user's queue or a topic, as routed.
    void has_entry(const std::string& destination, const std::string& inbox_of, const std::string& body);
    // What was kept up to here is deleted.
    void forgets(std::uint64_t up_to);
    // "c=3 d=1": how far the user has received conversations, of those that moved.
    [[nodiscard]] std::string received(const std::string& user) const;
    // Sessions of the device that began to receive the log and did not end.
    [[nodiscard]] int receiving(const std::string& user, const std::string& device,
                                const std::string& log) const;
    // "first=1 second": what a queue holds, with how often it was returned.
    [[nodiscard]] std::string queue(const std::string& destination) const;
    // 0: there is none.
    [[nodiscard]] std::uint64_t cursor(const std::string& user, const std::string& device,
                                       const std::string& log) const;

    bool held = false;
    bool refuses = false;  // to write
    bool fails_to_read = false;
    bool rooms = false;  // that is what its conversations are
    std::size_t pages_read = 0;
    std::size_t cursor_writes = 0;

private:
    struct Entry {
        std::string conversation;
        storage::LogEntry entry;
    };
    struct Device {
        std::optional<Offset> cursor;
        Offset written{};
        int sessions = 0;
    };
    using Key = std::tuple<std::string, std::string, std::string>;
    storage::Appended keep(storage::Append& append);
    storage::Answer perform(storage::MoveWatermarks& request);
    storage::Answer perform(storage::Append& append);
    storage::Answer perform(storage::CreateConversation& request);
    storage::Answer perform(storage::ChangeMembership& request);
    storage::Answer perform(storage::MoveCursors& request);
    storage::Answer perform(storage::SettleQueue& request);
    storage::Answer perform(storage::PurgeQueue& request);
    storage::Answer perform(storage::Together& request);
    // Removed from its queue; nothing: it is not there.
    std::optional<storage::LogEntry> take(const std::string& queue, Offset offset);
    Offset move_dead(const std::string& from, const storage::SettleQueue::Dead& dead);
    void tell(storage::Committed fact);
    template <typename Other>
    storage::Answer perform(Other&) {
        return Refusal{ErrorCode::kTypeUnsupported, "not in this store", {}};
    }
    [[nodiscard]] Offset end() const;
    [[nodiscard]] bool is_in(const storage::Log& log, const Entry& entry) const;

    storage::OnCommitted on_committed_;
    std::deque<std::function<void()>> asked_;
    std::vector<Entry> entries_;
    std::map<std::string, std::set<std::string>> members_;
    std::map<Key, Device> devices_;
    std::map<std::pair<std::string, std::string>, Sequence> received_;  // user, conversation
    Offset floor_{};
    std::map<std::string, storage::Appended> by_client_id_;
    Offset last_{};
    std::map<Offset, std::uint32_t> deliveries_;           // of what was returned to its queue
    std::vector<storage::Committed>* together_ = nullptr;  // told when all parts are done
    std::string epoch_ = "e1";
};

}  // namespace causeway::session::testing
