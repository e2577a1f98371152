// What a RECEIPT promises is kept when the power goes at any moment, and when a sync fails (PRODUCT 7).
// CAUSEWAY_SEED makes it other, CAUSEWAY_LONG longer.
#include <doctest/doctest.h>

#include <atomic>
#include <cstdlib>
#include <map>
#include <random>

#include "tests/storage/fixture.hpp"
#include "tests/storage/power_loss_disk.hpp"

namespace causeway::storage {

namespace {

constexpr std::size_t kMessagesOfARun = 60;

std::uint64_t seed() {
    const char* const text = std::getenv("CAUSEWAY_SEED");
    return text == nullptr ? 20'240'601 : std::strtoull(text, nullptr, 10);
}

// Checkpoints come often, so that they are hit, too.
StoreOptions options_in(const std::filesystem::path& path, Durability durability) {
    StoreOptions options;
    options.path = path;
    options.durability = durability;
    options.min_free_bytes = 0;
    options.checkpoint_pages = 25;
    options.truncate_pages = 60;
    options.reopen_after = std::chrono::milliseconds(1);
    options.reopen_at_most = std::chrono::milliseconds(2);
    return options;
}

// What was answered as stored, by offset: message-ids.
using Answered = std::map<std::uint64_t, std::string>;

struct Sender {
    std::mutex mutex;
    Answered& answered;       // guarded by mutex
    std::size_t refused = 0;  // guarded by mutex
    std::atomic<std::size_t> open{0};

    // Does not wait for the answer.
    void sends(SqliteStore& store, const std::string& id) {
        Append append = to_user("alice", "bob", id);
        append.envelope.set_messageid(id);
        append.envelope.mutable_chat()->set_content(std::string(700, 'x'));
        ++open;
        store.submit(std::move(append), [this, id](const Answer& answer) {
            {
                const std::lock_guard lock(mutex);
                if (const auto* appended = std::get_if<Appended>(&answer))
                    answered[value(appended->offset)] = id;
                else
                    ++refused;
            }
            --open;
        });
    }
    void waits_for(std::size_t most_open) const {
        while (open > most_open) std::this_thread::yield();
    }
};

// Sends until the power is gone or all is sent; some wait together for a commit.
void run(const StoreOptions& options, PowerLossDisk& disk, std::mt19937_64& random, const std::string& name,
         Answered& answered) {
    SharedClock clock;
    SeededRandom ids(random());
    Sender sender{{}, answered};
    try {
        SqliteStore store(options, {}, clock, ids);
        for (std::size_t i = 0; i < kMessagesOfARun && disk.has_power(); ++i) {
            sender.sends(store, name + std::to_string(i));
            sender.waits_for(random() % 5);
        }
        sender.waits_for(0);
    } catch (const Error&) {
        // The power went while it was opened.
    }
}

// How many of those that were answered are there no more. Fails if what is there is not sound.
std::size_t lost(const StoreOptions& options, const Answered& answered) {
    {
        Database database(options.file(), Access::kWrite, options.durability, 1024);
        CHECK(database.value_of("PRAGMA integrity_check") == "ok");
    }
    StoreUnderTest store(options);
    std::size_t found = 0;
    std::uint64_t sequence = 0;
    for (const LogEntry& entry : store.page(private_log("bob"), 0, 1'000'000).entries) {
        CHECK(value(entry.sequence) == ++sequence);
        Envelope envelope;
        REQUIRE(envelope.ParseFromString(entry.protobuf));
        const auto known = answered.find(value(entry.offset));
        if (known != answered.end() && known->second == envelope.messageid()) ++found;
    }
    return answered.size() - found;
}

// Losses of power, each after an unknown number of writes and syncs; the number of messages lost.
std::size_t lost_in(std::size_t cuts, Durability durability) {
    std::mt19937_64 random(seed());
    std::size_t lost_messages = 0;
    std::size_t receipts = 0;
    while (cuts > 0) {
        const TemporaryDirectory directory;
        PowerLossDisk disk(random());
        StoreOptions options = options_in(directory.path(), durability);
        options.page_bytes = 64 << 20;
        Answered answered;
        for (std::size_t times = 1 + random() % 8; times > 0 && cuts > 0; --times, --cuts) {
            CAPTURE(cuts);
            disk.loses_power_after(random() % 600);
            run(options, disk, random, "c" + std::to_string(cuts) + "-", answered);
            disk.comes_back();
            const std::size_t more = lost(options, answered);
            lost_messages += more;
            receipts += answered.size();
            if (more > 0) break;
            disk.comes_back();
        }
    }
    CHECK(receipts > 0);
    return lost_messages;
}

}  // namespace

TEST_CASE("whenever the power goes, what was answered is there, sound and without gaps (PRODUCT 7)") {
    CHECK(lost_in(std::getenv("CAUSEWAY_LONG") != nullptr ? 5'000 : 50, Durability::kPower) == 0);
}

TEST_CASE("the disk of these tests does lose what nobody synced") {
    CHECK(lost_in(30, Durability::kProcess) > 0);
}

TEST_CASE("after a sync has failed its requests are refused, and the handle is not synced again") {
    std::mt19937_64 random(seed());
    std::size_t failures = 0;
    const int rounds = std::getenv("CAUSEWAY_LONG") != nullptr ? 400 : 20;
    for (int round = 0; round < rounds; ++round) {
        CAPTURE(round);
        const TemporaryDirectory directory;
        PowerLossDisk disk(random());
        StoreOptions options = options_in(directory.path(), Durability::kPower);
        options.page_bytes = 64 << 20;
        SharedClock clock;
        SeededRandom ids(random());
        Answered answered;
        Sender sender{{}, answered};
        {
            SqliteStore store(options, {}, clock, ids);
            disk.fails_sync(1 + random() % 30);
            for (std::size_t i = 0; i < kMessagesOfARun; ++i) {
                sender.sends(store, std::to_string(i));
                sender.waits_for(random() % 3);
            }
            sender.waits_for(0);
            // It recovers by itself.
            while (true) {
                const std::size_t before = sender.refused;
                sender.sends(store, "again");
                sender.waits_for(0);
                if (sender.refused == before) break;
            }
            disk.loses_power_after(0);
        }
        failures += sender.refused > 0 ? 1 : 0;
        CHECK_FALSE(disk.synced_after_failure());
        disk.comes_back();
        CHECK(lost(options, answered) == 0);
    }
    CHECK(failures > static_cast<std::size_t>(rounds) / 2);
}

}  // namespace causeway::storage
