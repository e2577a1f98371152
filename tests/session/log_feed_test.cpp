#include "broker/session/log_feed.hpp"

#include <doctest/doctest.h>

#include <random>
#include <vector>

using namespace causeway;
using namespace causeway::session;

namespace {

routing::MessagePtr entry(std::uint64_t offset) {
    auto message = std::make_shared<routing::Message>();
    message->offset = Offset{offset};
    return message;
}

std::vector<std::uint64_t> take_all(LogFeed& feed) {
    std::vector<std::uint64_t> offsets;
    while (const auto message = feed.next()) offsets.push_back(value(*message->offset));
    return offsets;
}

using Offsets = std::vector<std::uint64_t>;

}  // namespace

TEST_CASE("what came live while the log was read follows it, without repeat and without gap") {
    LogFeed feed;
    CHECK_FALSE(feed.on_live(entry(11)));
    feed.begin_replay(Offset{8});
    REQUIRE(feed.wants_read() == Offset{8});
    CHECK_FALSE(feed.wants_read());  // one read at a time
    CHECK_FALSE(feed.on_live(entry(12)));
    feed.on_page({entry(9), entry(11), entry(12)}, true);
    CHECK_FALSE(feed.on_live(entry(13)));
    CHECK(take_all(feed) == Offsets{9, 11, 12, 13});
    CHECK(feed.state() == LogFeed::State::kLive);
    CHECK(feed.on_live(entry(14)));
    CHECK_FALSE(feed.on_live(entry(14)));
}

TEST_CASE("going live at the end passes on only what is newer") {
    LogFeed feed;
    CHECK_FALSE(feed.on_live(entry(5)));
    CHECK_FALSE(feed.on_live(entry(7)));
    feed.begin_live(Offset{5});
    CHECK(take_all(feed) == Offsets{7});
    CHECK(feed.state() == LogFeed::State::kLive);
    LogFeed quiet;
    quiet.begin_live(Offset{5});
    CHECK(quiet.state() == LogFeed::State::kLive);
    CHECK_FALSE(quiet.on_live(entry(4)));
}

TEST_CASE("more live messages than are kept back are read from the log instead") {
    LogFeed feed;
    feed.begin_replay(Offset{0});
    REQUIRE(feed.wants_read());
    for (std::uint64_t i = 3; i <= 3 + LogFeed::kHeld; ++i) CHECK_FALSE(feed.on_live(entry(i)));
    feed.on_page({entry(1), entry(2)}, true);
    CHECK(take_all(feed) == Offsets{1, 2});
    REQUIRE(feed.wants_read() == Offset{2});
}

TEST_CASE("too many live messages between the end of the log and its delivery are read again, too") {
    LogFeed feed;
    feed.begin_replay(Offset{0});
    REQUIRE(feed.wants_read());
    CHECK_FALSE(feed.on_live(entry(2)));
    feed.on_page({entry(1)}, true);
    CHECK(value(*feed.next()->offset) == 1);
    // 2 waits for a slow client; the log's end is behind us.
    for (std::uint64_t i = 3; i <= 3 + LogFeed::kHeld; ++i) CHECK_FALSE(feed.on_live(entry(i)));
    CHECK(take_all(feed) == Offsets{});
    CHECK(feed.wants_read() == Offset{1});
}

TEST_CASE("who falls back gets what came meanwhile, and is live again") {
    LogFeed feed;
    feed.begin_live(Offset{5});
    CHECK(feed.on_live(entry(6)));
    feed.fall_back();
    CHECK_FALSE(feed.on_live(entry(7)));
    CHECK_FALSE(feed.on_live(entry(8)));
    CHECK_FALSE(feed.wants_read());
    CHECK(take_all(feed) == Offsets{7, 8});
    CHECK(feed.state() == LogFeed::State::kLive);
    feed.fall_back();
    CHECK(take_all(feed) == Offsets{});
    CHECK(feed.state() == LogFeed::State::kLive);
    feed.fall_back();
    for (std::uint64_t i = 9; i <= 9 + LogFeed::kHeld; ++i) CHECK_FALSE(feed.on_live(entry(i)));
    CHECK(take_all(feed) == Offsets{});
    CHECK(feed.wants_read() == Offset{8});
}

namespace {

// A log, a feed and a subscriber: what a store, a router and a session do to a LogFeed, in any order.
class Trial {
public:
    explicit Trial(std::mt19937& random) : random_(random), start_(random() % 5) {
        for (std::size_t i = random_() % 6; i-- > 0;) commit();
        told_ = log_.size();  // before the subscription was registered
    }

    void step() {
        switch (random_() % 6) {
            case 0:
                commit();
                break;
            case 1:
                tell();
                break;
            case 2:
                begin();
                break;
            case 3:
                begin_read();
                break;
            case 4:
                end_read();
                break;
            case 5:
                if (feed_.state() == LogFeed::State::kLive) feed_.fall_back();
                break;
        }
        // The subscriber takes a few at a time, and sometimes none.
        for (std::size_t n = random_() % 4; n > 0; --n)
            if (const auto message = feed_.next()) seen_.push_back(value(*message->offset));
    }

    void check() const {
        Offsets expected;
        for (const std::uint64_t offset : log_)
            if (offset > start_) expected.push_back(offset);
        if (feed_.state() == LogFeed::State::kLive && told_ == log_.size())
            REQUIRE(seen_.size() == expected.size());
        REQUIRE(seen_.size() <= expected.size());
        expected.resize(seen_.size());
        REQUIRE(seen_ == expected);
    }

private:
    void commit() { log_.push_back((log_.empty() ? 0 : log_.back()) + 1 + random_() % 3); }
    void tell() {
        if (told_ < log_.size() && feed_.on_live(entry(log_[told_++]))) seen_.push_back(log_[told_ - 1]);
    }
    void begin() {
        if (feed_.state() == LogFeed::State::kOpening) feed_.begin_replay(Offset{start_});
    }
    void begin_read() {
        if (reading_) return;
        const auto wanted = feed_.wants_read();
        reading_ = wanted.has_value();
        if (wanted) read_after_ = value(*wanted);
    }
    void end_read() {
        if (!reading_) return;
        reading_ = false;
        std::vector<routing::MessagePtr> page;
        bool end = true;
        for (const std::uint64_t offset : log_) {
            if (offset <= read_after_) continue;
            if (page.size() < 3)
                page.push_back(entry(offset));
            else
                end = false;
        }
        feed_.on_page(std::move(page), end);
    }

    std::mt19937& random_;
    const std::uint64_t start_;
    Offsets log_;           // committed
    std::size_t told_ = 0;  // entries already delivered live
    Offsets seen_;
    LogFeed feed_;
    bool reading_ = false;
    std::uint64_t read_after_ = 0;
};

}  // namespace

TEST_CASE("a device sees each entry once and in order, however reads, commits and deliveries interleave") {
    std::mt19937 random(7);
    for (int round = 0; round < 2000; ++round) {
        Trial trial(random);
        for (int step = 0; step < 200; ++step) trial.step();
        trial.check();
    }
}
