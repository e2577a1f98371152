// What appending and reading cost in a large store: a user with 5 000 conversations, half of them groups,
// misses 200 messages among a million or ten.
#include <algorithm>
#include <future>
#include <vector>

#include "tests/bench/storage_bench.hpp"

namespace causeway::storage {
namespace {

constexpr std::size_t kConversations = 5000;
constexpr std::size_t kMissed = 200;
constexpr std::size_t kRuns = 25;
constexpr std::size_t kAppended = 100'000;
const std::string kReader = "reader";

std::string group(std::size_t n) { return "group-" + std::to_string(n); }

// Every other message goes to a conversation of the reader, every other of these to a group.
Append message_of(MessageIds& ids, const Clock& clock, std::size_t n) {
    Append append = message(ids, clock, n);
    if (n % 2 == 0) return append;
    const std::size_t place = n / 2 % kConversations;
    append.sender = user(place);
    append.receiver = place % 2 == 0 ? kReader : std::string();
    if (place % 2 == 1) append.conversation = group(place);
    return append;
}

class Scale {
public:
    Scale(const std::filesystem::path& directory, std::size_t messages)
        : messages_(messages),
          store_(
              options(directory), [](const std::vector<Committed>&) {}, clock_, random_) {}

    void run() {
        make_groups();
        const std::size_t filled = value(sync({}).store_end);
        n_ = filled;
        if (filled < messages_) {
            std::printf("filling from %zu to %zu messages\n", filled, messages_);
            append(messages_ - filled, 1024, 0);
        }
        std::printf("%zu messages\n", n_);
        const Stopwatch watch;
        append(kAppended, 1024, 0);
        watch.print("append", "process", 512, kAppended);
        read_all();
    }

private:
    static StoreOptions options(const std::filesystem::path& directory) {
        StoreOptions options;
        options.path = directory;
        options.durability = Durability::kProcess;
        return options;
    }

    void make_groups() {
        Window window(64);
        for (std::size_t place = 1; place < kConversations; place += 2) {
            window.enter();
            store_.submit(
                CreateConversation{group(place), "group", "", kReader, {user(place), "third"}, true},
                [&](const Answer&) { window.leave(); });
        }
        window.wait_for_all();
    }

    // To every place, or to those of the reader only, every `step`-th of them.
    void append(std::size_t count, std::size_t on_their_way, std::size_t step) {
        MessageIds ids(clock_, ids_random_);
        Window window(on_their_way);
        for (std::size_t i = 0; i < count; ++i) {
            window.enter();
            const std::size_t place = step == 0 ? n_++ : 2 * (i * step) + 1;
            Append request = message_of(ids, clock_, place);
            if (step != 0) request.client_msg_id += "-missed-" + std::to_string(n_++);
            store_.submit(std::move(request), [&](const Answer& answer) {
                if (!std::holds_alternative<Appended>(answer)) std::puts("REFUSED");
                window.leave();
            });
        }
        window.wait_for_all();
    }

    void read_all() {
        const std::int64_t now = to_ms(clock_.wall());
        const Offset before = sync({}).store_end;
        const auto cursors = cursors_now();
        append(kMissed, 64, kConversations / kMissed + 1);
        const auto log = [&](Log::Kind kind) {
            return wait<LogPage>([&](auto done) {
                       store_.read_log({kind, kReader, {}}, before, kMissed, std::move(done));
                   })
                .entries.size();
        };
        time("sync after an offset", [&] { return sync({}, before).entries.size(); });
        time("sync by 5000 sequences", [&] { return sync(cursors, before).entries.size(); });
        time("sync since a time", [&] { return sync({}, {}, now).entries.size(); });
        time("view of all messages", [&] { return log(Log::Kind::kMessages); });
        time("view of private messages", [&] { return log(Log::Kind::kPrivateMessages); });
        time("state of all messages", [&] {
            return value(wait<LogState>([&](auto done) {
                             store_.read_log_state({Log::Kind::kMessages, kReader, {}}, "d", std::move(done));
                         }).last) > 0
                       ? 1U
                       : 0U;
        });
        time("unread", [&] {
            return wait<std::vector<UnreadRow>>(
                       [&](auto done) { store_.read_unread(kReader, std::move(done)); })
                .size();
        });
        time("newest history page", [&] { return history({}); });
        const std::uint64_t middle = before_middle();
        time("history before the middle", [&] { return history(middle); });
    }

    SyncPage sync(std::vector<SyncQuery::Cursor> cursors, Offset after = {},
                  std::optional<std::int64_t> since = {}) {
        SyncQuery query;
        query.user = kReader;
        query.cursors = std::move(cursors);
        query.after = after;
        query.since = since;
        query.limit = kMissed + 1;
        return wait<SyncPage>([&](auto done) { store_.read_sync(query, std::move(done)); });
    }

    std::vector<ConversationRow> conversations() {
        return wait<std::vector<ConversationRow>>(
            [&](auto done) { store_.read_conversations(kReader, std::move(done)); });
    }
    std::vector<SyncQuery::Cursor> cursors_now() {
        std::vector<SyncQuery::Cursor> cursors;
        for (const auto& row : conversations()) cursors.push_back({row.id, row.last_sequence});
        return cursors;
    }
    std::uint64_t before_middle() {
        for (const auto& row : conversations())
            if (row.id == group(1)) return value(row.last_sequence) / 2;
        return 1;
    }
    std::size_t history(std::optional<std::uint64_t> before) {
        HistoryQuery query;
        query.user = kReader;
        query.conversation = group(1);
        query.before = before;
        return wait<HistoryPage>([&](auto done) { store_.read_history(query, std::move(done)); })
            .entries.size();
    }

    void time(const char* what, const std::function<std::size_t()>& read) {
        std::vector<double> took;
        std::size_t found = read();
        const double cpu = cpu_seconds();
        for (std::size_t i = 0; i < kRuns; ++i) {
            const double start = wall_seconds();
            found = read();
            took.push_back(1e3 * (wall_seconds() - start));
        }
        std::sort(took.begin(), took.end());
        std::printf("%-26s %5zu rows  %7.2f ms median %7.2f ms worst %7.2f ms CPU\n", what, found,
                    took[took.size() / 2], took.back(), 1e3 * (cpu_seconds() - cpu) / kRuns);
        std::fflush(stdout);
    }

    template <typename T>
    T wait(const std::function<void(OnRead<T>)>& ask) {
        std::promise<std::variant<T, ReadFailed>> promise;
        auto answer = promise.get_future();
        ask([&promise](std::variant<T, ReadFailed> given) { promise.set_value(std::move(given)); });
        return std::get<T>(answer.get());
    }

    const std::size_t messages_;
    std::size_t n_ = 0;  // messages made so far, so that client message ids stay unique
    SystemClock clock_;
    SystemRandom random_;
    SystemRandom ids_random_;
    SqliteStore store_;
};

}  // namespace

void measure_scale(const std::filesystem::path& directory, std::size_t messages) {
    Scale(directory, messages).run();
}

}  // namespace causeway::storage
