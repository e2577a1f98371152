// A store in a directory of its own, driven with verbs that wait for the answer.
#pragma once

#include <stdlib.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <future>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "broker/base/clock.hpp"
#include "broker/base/random.hpp"
#include "storage/sqlite_store.hpp"

namespace causeway::storage {

// Moves when told to, and may be read by the store's threads meanwhile.
class SharedClock final : public Clock {
public:
    [[nodiscard]] Monotonic monotonic() const override {
        return Monotonic(std::chrono::hours(1)) + passed_.load();
    }
    [[nodiscard]] WallTime wall() const override {
        return WallTime{1'800'000'000'000 + passed_.load().count()};
    }
    void advance(Milliseconds by) { passed_ = passed_.load() + by; }

private:
    std::atomic<Milliseconds> passed_{Milliseconds(0)};
};

class TemporaryDirectory {
public:
    TemporaryDirectory() {
        std::string name = (std::filesystem::temp_directory_path() / "causeway-store-XXXXXX").string();
        path_ = ::mkdtemp(name.data());
    }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
    ~TemporaryDirectory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

inline Append message(const std::string& sender, const std::string& client_msg_id = {}) {
    Append append;
    append.command = "chat";
    append.sender = sender;
    append.client_msg_id = client_msg_id;
    append.body_digest = "digest of " + client_msg_id;
    append.envelope.set_messageid("id of " + sender + client_msg_id);
    append.envelope.set_senderid(sender);
    append.envelope.set_timestamp(1234);
    append.envelope.mutable_chat()->set_content(R"({"content":"hello","contentExtra":null})");
    return append;
}

inline Append to_user(const std::string& sender, const std::string& receiver,
                      const std::string& client_msg_id = {}) {
    Append append = message(sender, client_msg_id);
    append.command = "private-message";
    append.receiver = receiver;
    return append;
}

inline Append to_conversation(const std::string& sender, const std::string& conversation,
                              const std::string& client_msg_id = {}) {
    Append append = message(sender, client_msg_id);
    append.conversation = conversation;
    return append;
}

inline Append to_inbox(const std::string& user, const std::string& queue, const LogBounds& bounds = {}) {
    Append append = message("backend");
    append.command = "send";
    append.destination = "/user/" + user + "/queue/" + queue;
    append.inbox_of = user;
    append.bounds = bounds;
    return append;
}

inline Append to_topic(const std::string& topic, const LogBounds& bounds = {}) {
    Append append = message("backend");
    append.command = "send";
    append.destination = "/topic/" + topic;
    append.bounds = bounds;
    return append;
}

inline Append to_queue(const std::string& queue, const std::string& id, const LogBounds& bounds = {}) {
    Append append = message("alice");
    append.command = "send";
    append.destination = "/queue/" + queue;
    append.bounds = bounds;
    append.envelope.clear_chat();
    append.envelope.set_messageid(id);
    append.envelope.mutable_opaque()->set_body("body of " + id);
    return append;
}

inline Log conversation_log(const std::string& user, const std::string& conversation) {
    return {Log::Kind::kConversation, user, conversation};
}
inline Log private_log(const std::string& user) { return {Log::Kind::kPrivateMessages, user, {}}; }

inline Log messages_log(const std::string& user) { return {Log::Kind::kMessages, user, {}}; }
inline Log inbox_log(const std::string& user, const std::string& queue) {
    return {Log::Kind::kInbox, user, queue};
}
inline Log topic_log(const std::string& topic) { return {Log::Kind::kTopic, {}, topic}; }

// Of a LogPage, a SyncPage, a HistoryPage.
template <typename Page>
std::vector<std::uint64_t> offsets_of(const Page& page) {
    std::vector<std::uint64_t> offsets;
    for (const auto& entry : page.entries) offsets.push_back(value(entry.offset));
    return offsets;
}

// The store's answers as values. What it told as committed is kept in `committed`.
class StoreUnderTest {
public:
    explicit StoreUnderTest(StoreOptions options) { open(std::move(options)); }
    explicit StoreUnderTest(const std::filesystem::path& path) {
        StoreOptions options;
        options.path = path;
        options.durability = Durability::kProcess;
        open(std::move(options));
    }

    // How much room the machine has is nothing to a test that does not say how much it wants.
    void open(StoreOptions options) {
        if (options.min_free_bytes == StoreOptions().min_free_bytes) options.min_free_bytes = 0;
        options_ = options;
        store_.emplace(
            std::move(options),
            [this](std::vector<Committed> told) {
                const std::lock_guard lock(mutex_);
                for (auto& one : told) committed_.push_back(std::move(one));
            },
            clock_, random_);
    }
    void reopen() {
        store_.reset();
        open(options_);
    }
    void close() { store_.reset(); }

    Answer submit(Request request) {
        std::promise<Answer> promise;
        auto answer = promise.get_future();
        store_->submit(std::move(request), [&promise](Answer given) { promise.set_value(std::move(given)); });
        return answer.get();
    }
    Appended append(Append request) { return std::get<Appended>(submit(std::move(request))); }
    bool change(MembershipChange change, const std::string& conversation, const std::string& actor,
                const std::string& user) {
        return std::get<Changed>(submit(ChangeMembership{change, conversation, actor, user, false})).changed;
    }
    void create(const std::string& id, const std::string& kind, const std::string& creator,
                std::vector<std::string> members = {}) {
        (void)std::get<ConversationMade>(
            submit(CreateConversation{id, kind, "name", creator, std::move(members)}));
    }
    bool move_cursor(const std::string& user, const std::string& device, const std::string& log,
                     std::uint64_t to) {
        return std::get<Changed>(submit(MoveCursors{{{user, device, log, Offset{to}}}})).changed;
    }

    // A session of the device begins (+1) or ends (-1), having been sent everything up to `written`.
    void session(const std::string& user, const std::string& device, const std::string& log, int change,
                 std::uint64_t written = 0) {
        (void)submit(MoveCursors{{{user, device, log, {}, Offset{written}, change}}});
    }
    Answer mark(Mark mark, const std::string& user, const std::string& conversation, std::uint64_t to) {
        return submit(MoveWatermarks{{{mark, user, conversation, Sequence{to}, {}}}});
    }
    void hide(const std::string& user, const std::string& message_id) {
        Amend amend{};
        amend.change = Amend::Change::kHide;
        amend.command = "delete-message";
        amend.sender = user;
        amend.message_id = message_id;
        (void)std::get<Appended>(submit(std::move(amend)));
    }

    LogPage page(const Log& log, std::uint64_t after = 0, std::size_t limit = 1000) {
        return wait<LogPage>(
            [&](auto done) { store_->read_log(log, Offset{after}, limit, std::move(done)); });
    }
    LogState state(const Log& log, const std::string& device = {}) {
        return wait<LogState>([&](auto done) { store_->read_log_state(log, device, std::move(done)); });
    }
    std::vector<std::string> memberships(const std::string& user) {
        return wait<std::vector<std::string>>(
            [&](auto done) { store_->read_memberships(user, std::move(done)); });
    }
    std::vector<ConversationRow> conversations(const std::string& user) {
        return wait<std::vector<ConversationRow>>(
            [&](auto done) { store_->read_conversations(user, std::move(done)); });
    }

    QueuePage queue(const std::string& name, std::uint64_t after = 0, std::size_t limit = 10'000) {
        return wait<QueuePage>(
            [&](auto done) { store_->read_queue("/queue/" + name, Offset{after}, limit, std::move(done)); });
    }
    std::vector<QueueRow> queues(const std::string& after = {}, std::size_t limit = 1000) {
        return wait<std::vector<QueueRow>>(
            [&](auto done) { store_->read_queues(after, limit, std::move(done)); });
    }
    SyncPage sync(const SyncQuery& query) {
        return wait<SyncPage>([&](auto done) { store_->read_sync(query, std::move(done)); });
    }
    HistoryPage history(const HistoryQuery& query) {
        return wait<HistoryPage>([&](auto done) { store_->read_history(query, std::move(done)); });
    }
    std::vector<UnreadRow> unread(const std::string& user) {
        return wait<std::vector<UnreadRow>>([&](auto done) { store_->read_unread(user, std::move(done)); });
    }
    std::vector<CursorRow> cursors(const std::string& user) {
        return wait<std::vector<CursorRow>>([&](auto done) { store_->read_cursors(user, std::move(done)); });
    }

    std::vector<Committed> committed() {
        const std::lock_guard lock(mutex_);
        return committed_;
    }
    SqliteStore& store() { return *store_; }
    [[nodiscard]] std::filesystem::path file() const { return options_.file(); }
    SharedClock& clock() { return clock_; }

private:
    template <typename T>
    T wait(const std::function<void(OnRead<T>)>& ask) {
        std::promise<std::variant<T, ReadFailed>> promise;
        auto answer = promise.get_future();
        ask([&promise](std::variant<T, ReadFailed> given) { promise.set_value(std::move(given)); });
        return std::get<T>(answer.get());
    }

    StoreOptions options_;
    SharedClock clock_;
    SeededRandom random_{1};
    std::mutex mutex_;
    std::vector<Committed> committed_;  // guarded by mutex_
    std::optional<SqliteStore> store_;  // last: it calls back until it is gone
};

[[nodiscard]] inline ErrorCode refused_with(const Answer& answer) { return std::get<Refusal>(answer).code; }

}  // namespace causeway::storage
