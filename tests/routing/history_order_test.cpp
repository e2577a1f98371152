// What sessions build on: whatever many threads publish, a subscription that reads the history after its
// interest is in place sees each message once, in one order, whether it came from the history or by mail.
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <random>
#include <thread>

#include "tests/routing/history_fixture.hpp"

using namespace causeway;
using namespace causeway::routing;

namespace {

constexpr int kPublishers = 3;
constexpr int kShards = 3;
constexpr int kMessages = 4'000;  // of each publisher
constexpr int kMessagesPerStay = 50;
const std::string kTopic = "/topic/a";

// One shard's turn by turn: comes, reads, listens, goes; notes every offset it may count on.
class Shard {
public:
    Shard(HistoryWorld& world, std::size_t index, unsigned seed, std::atomic<int>& made)
        : world_(world), index_(index), random_(seed), made_(made) {}

    void run(const std::atomic<int>& publishing) {
        while (publishing.load() > 0) stay(&publishing);
        stay(nullptr);
    }

    std::vector<std::vector<std::uint64_t>> stays;  // offsets seen, in order
    std::vector<std::uint64_t> begun_after;         // of each stay

private:
    void stay(const std::atomic<int>* publishing) {
        Listener listener(kTopic);
        world_.routers[index_].subscribe(listener);
        const HistoryState state = world_.state(kTopic);
        // From further back than now, as long as it is still there.
        const Offset from{
            std::max(value(state.floor), value(state.end) - std::min<std::uint64_t>(value(state.end), 50))};
        std::vector<std::uint64_t> seen;
        for (const MessagePtr& message : world_.history.read(kTopic, from, SIZE_MAX).messages)
            seen.push_back(value(*message->offset));
        const std::uint64_t read_to = seen.empty() ? value(from) : seen.back();
        for (auto turns = random_() % 200; turns > 0 && (publishing == nullptr || publishing->load() > 0);
             --turns)
            world_.open_mail(index_);
        world_.open_mail(index_);
        // As LogFeed: what the history gave does not come twice.
        for (const MessagePtr& message : listener.got)
            if (value(*message->offset) > read_to) seen.push_back(value(*message->offset));
        world_.routers[index_].unsubscribe(listener);
        stays.push_back(std::move(seen));
        begun_after.push_back(value(from));
        ++made_;
    }

    HistoryWorld& world_;
    const std::size_t index_;
    std::mt19937 random_;
    std::atomic<int>& made_;  // stays of all shards
};

}  // namespace

TEST_CASE("every shard sees the messages of a topic in one order, without a gap after its subscription") {
    HistoryRule whole;
    whole.destination = kTopic;
    whole.count = kPublishers * kMessages;
    HistoryRule part;
    part.destination = "/topic/**";
    part.count = 100;
    HistoryWorld world({whole, part}, kShards, std::size_t{64} << 20);
    std::atomic<int> publishing{kPublishers};
    std::atomic<int> stays_made{0};
    std::deque<Shard> shards;
    for (unsigned i = 0; i < kShards; ++i) shards.emplace_back(world, i, i + 1, stays_made);
    std::vector<std::thread> threads;
    for (int p = 0; p < kPublishers; ++p)
        threads.emplace_back([&, p] {
            for (int i = 0; i < kMessages; ++i) {
                // However the threads are scheduled, shards come and go in between.
                while (stays_made.load() < i / kMessagesPerStay) std::this_thread::yield();
                world.publish(kTopic, std::to_string(p));
                // Other topics share the numbers and leave holes in this one's.
                if (i % 3 == p) world.publish("/topic/other/" + std::to_string(i % 5), "x");
            }
            --publishing;
        });
    for (Shard& shard : shards) threads.emplace_back([&] { shard.run(publishing); });
    for (std::thread& thread : threads) thread.join();

    std::vector<std::uint64_t> all;
    for (const MessagePtr& message : world.history.read(kTopic, Offset{0}, SIZE_MAX).messages)
        all.push_back(value(*message->offset));
    REQUIRE(all.size() == kPublishers * kMessages);
    REQUIRE(std::is_sorted(all.begin(), all.end()));
    std::size_t stays = 0;
    for (const Shard& shard : shards)
        for (std::size_t i = 0; i < shard.stays.size(); ++i) {
            const auto& seen = shard.stays[i];
            ++stays;
            if (seen.empty()) continue;
            const auto first = std::upper_bound(all.begin(), all.end(), shard.begun_after[i]);
            REQUIRE(static_cast<std::size_t>(all.end() - first) >= seen.size());
            // Equal to the truth from where it began: strictly increasing, nothing left out.
            REQUIRE(std::equal(seen.begin(), seen.end(), first));
        }
    CHECK(stays >= kMessages / kMessagesPerStay);
    CHECK(world.kept("/topic/other/0").size() == 100);
    CHECK(world.state(kTopic).end == Offset{std::uint64_t{kPublishers} * kMessages + kMessages});
}
