#include <doctest/doctest.h>
#include <sys/mount.h>

#include <fstream>
#include <limits>

#include "storage/free_space.hpp"
#include "tests/storage/care_verbs.hpp"

namespace causeway::storage {

namespace {

// What the store told of its health.
struct Told {
    std::mutex mutex;
    std::vector<std::pair<bool, std::string>> changes;  // guarded by mutex

    std::size_t count() {
        const std::lock_guard lock(mutex);
        return changes.size();
    }
};

StoreOptions telling(const std::filesystem::path& path, Told& told) {
    StoreOptions options;
    options.path = path;
    options.durability = Durability::kProcess;
    options.on_health = [&told](bool healthy, const std::string& reason) {
        const std::lock_guard lock(told.mutex);
        told.changes.emplace_back(healthy, reason);
    };
    return options;
}

class SmallDisk {
public:
    explicit SmallDisk(const std::filesystem::path& path, const char* options) : path_(path) {
        mounted_ = ::mount("none", path.c_str(), "tmpfs", 0, options) == 0;
    }
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;
    ~SmallDisk() {
        if (mounted_) ::umount(path_.c_str());
    }
    [[nodiscard]] bool mounted() const { return mounted_; }

private:
    std::filesystem::path path_;
    bool mounted_ = false;
};

}  // namespace

TEST_CASE("while space is short what would grow is refused, what makes room goes on") {
    TemporaryDirectory directory;
    Told told;
    auto options = telling(directory.path(), told);
    options.make_outbox_event = [](const Committed&) {
        return std::optional<OutboxEvent>(OutboxEvent{0, "s", "m", "p", 0});
    };
    StoreUnderTest store(options);
    const auto kept = store.append(to_user("alice", "bob", "m1"));
    store.create("g", "group", "alice");
    CHECK(store.store().healthy());
    store.close();

    options.min_free_bytes = std::numeric_limits<std::uint64_t>::max() / 4;
    store.open(options);
    const Answer refused = store.submit(to_user("alice", "bob", "m2"));
    CHECK(refused_with(refused) == ErrorCode::kSendFailed);
    CHECK(contains(std::get<Refusal>(refused).text, "storage.min_free"));
    CHECK_FALSE(contains(std::get<Refusal>(refused).text, directory.path().string()));
    CHECK(refused_with(store.submit(CreateConversation{{}, "group", {}, "alice", {}})) ==
          ErrorCode::kSendFailed);
    CHECK_FALSE(store.store().healthy());
    REQUIRE(told.count() == 1);
    CHECK_FALSE(told.changes[0].first);
    CHECK(contains(told.changes[0].second, "storage.min_free"));
    CHECK(contains(told.changes[0].second, directory.path().string()));

    CHECK(store.move_cursor("bob", "phone", "/user/queue/messages", 1));
    CHECK(std::get<Changed>(store.submit(SettleOutbox{{1}})).changed);
    CHECK(std::holds_alternative<Marked>(
        store.submit(MoveWatermarks{{{Mark::kRead, "bob", kept.conversation, Sequence{1}, {}}}})));
    Amend recall{};
    recall.change = Amend::Change::kRecall;
    recall.command = "delete-message";
    recall.sender = "alice";
    recall.message_id = kept.message_id;
    CHECK(std::holds_alternative<Appended>(store.submit(recall)));
    CHECK(std::holds_alternative<Erased>(store.submit(EraseUser{"bob"})));
    CHECK(told.count() == 1);
    CHECK(comes_true(store, [&] { return store.store().figures().refused == 2; }));
}

TEST_CASE("space is short below the limit, and enough again at twice that") {
    TemporaryDirectory directory;
    const SmallDisk disk(directory.path(), "size=8m,mode=0700");
    if (!disk.mounted()) {
        MESSAGE("skipped: may not mount a tmpfs here (not root)");
        return;
    }
    const auto ballast = directory.path() / "ballast";
    Told told;
    auto options = telling(directory.path() / "store", told);
    options.min_free_bytes = 2 << 20;
    StoreUnderTest store(options);
    const auto answers = [&] {
        return std::holds_alternative<Appended>(store.submit(to_user("alice", "bob")));
    };
    CHECK(answers());
    { std::ofstream(ballast) << std::string(6 << 20, 'x'); }
    CHECK(comes_true(store, [&] { return !store.store().healthy(); }));
    CHECK_FALSE(answers());
    CHECK(free_bytes_at(directory.path()) > 0);  // refused before the disk was full
    const auto free_bytes = [&] { return store.store().figures().free_bytes; };
    CHECK(comes_true(store, [&] { return free_bytes() < options.min_free_bytes; }));
    std::filesystem::resize_file(ballast, 4 << 20);
    CHECK(comes_true(store, [&] { return free_bytes() > options.min_free_bytes; }));
    CHECK_FALSE(answers());  // more than the limit, less than twice that
    std::filesystem::remove(ballast);
    CHECK(comes_true(store, answers));
    CHECK(told.count() == 2);
    CHECK(faults_of(store).empty());
}

TEST_CASE("an idle store notices by itself that there is room again") {
    TemporaryDirectory directory;
    const SmallDisk disk(directory.path(), "size=8m,mode=0700");
    if (!disk.mounted()) {
        MESSAGE("skipped: may not mount a tmpfs here (not root)");
        return;
    }
    Told told;
    auto options = telling(directory.path() / "store", told);
    options.min_free_bytes = 2 << 20;
    { std::ofstream(directory.path() / "ballast") << std::string(7 << 20, 'x'); }
    std::promise<void> again;
    auto tell = options.on_health;
    options.on_health = [&](bool healthy, const std::string& reason) {
        tell(healthy, reason);
        if (healthy) again.set_value();
    };
    StoreUnderTest store(options);
    CHECK(refused_with(store.submit(to_user("alice", "bob"))) == ErrorCode::kSendFailed);
    std::filesystem::remove(directory.path() / "ballast");
    CHECK(again.get_future().wait_for(std::chrono::seconds(60)) == std::future_status::ready);
}

TEST_CASE("a disk that others fill to the last byte loses nothing that was answered") {
    TemporaryDirectory directory;
    const SmallDisk disk(directory.path(), "size=6m,mode=0700");
    if (!disk.mounted()) {
        MESSAGE("skipped: may not mount a tmpfs here (not root)");
        return;
    }
    Told told;
    auto options = telling(directory.path() / "store", told);
    options.durability = Durability::kPower;
    options.min_free_bytes = 64 << 10;  // too little to be warned in time
    options.page_bytes = 64 << 20;
    options.reopen_after = std::chrono::milliseconds(1);
    StoreUnderTest store(options);
    std::vector<std::uint64_t> answered;
    std::size_t refused = 0;
    for (int round = 0; round < 3; ++round) {
        const auto ballast = directory.path() / "ballast";
        const std::size_t before = refused;
        { std::ofstream(ballast) << std::string(1 << 20, 'x'); }
        for (int i = 0; i < 1000 && refused < before + 20; ++i) {
            const Answer answer = store.submit(sized(to_user("alice", "bob"), 30'000));
            if (const auto* appended = std::get_if<Appended>(&answer))
                answered.push_back(value(appended->offset));
            else
                ++refused;
        }
        CHECK(refused >= before + 20);
        std::filesystem::remove(ballast);
        CHECK(comes_true(store, [&] { return store.store().healthy(); }));
    }
    CHECK(told.count() <= 2 * 3);  // a line per change, not per refusal
    store.reopen();
    const auto there = offsets_of(store.page(private_log("bob"), 0, 10'000));
    CHECK(there == answered);
    CHECK(faults_of(store).empty());
}

TEST_CASE("figures tell of the files, the queue and what failed") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    for (int i = 0; i < 50; ++i) (void)store.append(sized(to_user("alice", "bob"), 2000));
    CHECK(comes_true(store, [&] { return store.store().figures().wal_bytes > 100'000; }));
    const auto figures = store.store().figures();
    CHECK(figures.file_bytes >= 4096);
    CHECK(figures.free_bytes > 0);
    CHECK(figures.commits_failed == 0);
    CHECK(figures.outbox == 0);
    CHECK(figures.outbox_oldest_at == 0);
}

}  // namespace causeway::storage
