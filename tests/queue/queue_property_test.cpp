// Random lives of a queue against the simplest model of one: a list of all messages in the order in which
// they came, each waiting, delayed, held by one consumer, or settled.
#include <doctest/doctest.h>

#include <random>

#include "tests/queue/queue_fixture.hpp"

namespace causeway::queue::testing {

namespace {

struct Modelled {
    enum class State { kWaits, kDelayed, kHeld, kSettled };
    std::string body;
    bool stored = false;
    State state = State::kWaits;
    bool delivered = false;
    std::uint32_t failed = 0;
    ConsumerId holder{};
    Place place{};  // once delivered
    Monotonic due{};
    bool purged = false;
    bool late = false;  // its time has come; if it is in the store alone others may overtake it
};
using State = Modelled::State;

class Life {
public:
    explicit Life(unsigned seed) : max_(options(seed).max_deliveries), dice_(seed), with_(options(seed)) {}

    void lives(int steps) {
        for (int i = 0; i < steps; ++i) {
            step();
            goes_out();
        }
        ends();
    }

private:
    static QueueOptions options(unsigned seed) {
        QueueOptions made;
        made.max_deliveries = 2 + seed % 4;
        made.window.messages = 3 + seed % 20;
        return made;
    }
    std::size_t roll(std::size_t sides) {
        return std::uniform_int_distribution<std::size_t>(0, sides - 1)(dice_);
    }

    void step() {
        switch (roll(12)) {
            case 0:
            case 1:
                return comes(false);
            case 2:
            case 3:
                return comes(true);
            case 4:
                if (prefetch_.size() < 5) joins(1 + roll(4));
                return;
            case 5:
                return roll(3) == 0 ? leaves() : void();
            case 6:
            case 7:
            case 8:
                return settles(State::kSettled);
            case 9:
                return settles(roll(3) == 0 ? State::kSettled : State::kDelayed, true);
            case 10:
                now_ += Milliseconds(roll(20));
                with_.queue.on_time(now_);
                for (Modelled& one : all_)
                    if (one.state == State::kDelayed && one.due <= now_) comes_due(one);
                return;
            default:
                if (roll(3) == 0) decides();
                return roll(mark_ ? 3 : 40) == 0 ? purges() : writes();
        }
    }
    void comes(bool stored) {
        Modelled one;
        one.body = std::to_string(all_.size());
        one.stored = stored;
        stored ? void(with_.stores(one.body)) : with_.puts(one.body);
        all_.push_back(one);
    }
    static void comes_due(Modelled& one) {
        one.state = State::kWaits;
        one.late = one.stored;
    }
    // In good order or lost; some of what it had may be left undecided.
    void leaves() {
        if (prefetch_.empty()) return;
        const ConsumerId id =
            std::next(prefetch_.begin(), static_cast<std::ptrdiff_t>(roll(prefetch_.size())))->first;
        Departure departure;
        const bool lost = roll(2) == 0;
        for (Modelled& one : all_) {
            if (one.state != State::kHeld || one.holder != id) continue;
            if (roll(3) == 0) {
                departure.undecided.push_back(one.place);
                continue;
            }
            const bool counts = lost && !departure.begun;
            if (counts) departure.begun = one.place;
            goes_back(one, counts, State::kWaits);
        }
        if (!departure.undecided.empty()) undecided_.push_back(id);
        with_.queue.remove_consumer(id, departure);
        prefetch_.erase(id);
    }
    // What was left behind and not settled since goes back.
    void decides() {
        for (const ConsumerId id : std::exchange(undecided_, {})) {
            for (Modelled& one : all_)
                if (one.state == State::kHeld && one.holder == id) goes_back(one, false, State::kWaits);
            with_.queue.release(id);
        }
    }
    void goes_back(Modelled& one, bool counts, State to) {
        one.state = to;
        if (one.purged) one.state = State::kSettled;
        if (one.purged || !counts || ++one.failed < max_) return;
        one.state = State::kSettled;
        ++expected_dead_;
    }

    void settles(State to, bool refuses = false) {
        std::vector<Modelled*> held;
        for (Modelled& one : all_)
            if (one.state == State::kHeld) held.push_back(&one);
        if (held.empty()) return;
        Modelled& one = *held[roll(held.size())];
        if (!refuses) {
            one.state = State::kSettled;
            CHECK(with_.queue.ack(one.holder, {&one.place, 1}) == 1);
        } else if (to == State::kSettled) {
            if (!one.purged) ++expected_dead_;
            one.state = State::kSettled;
            CHECK(with_.queue.reject(one.holder, {&one.place, 1}) == 1);
        } else {
            one.due = now_ + Milliseconds(roll(30));
            goes_back(one, true, State::kDelayed);
            CHECK(with_.queue.nack(one.holder, {&one.place, 1}, one.due) == 1);
        }
        CHECK(with_.queue.ack(one.holder, {&one.place, 1}) == 0);
    }
    void joins(std::size_t prefetch) { prefetch_[with_.consumer(prefetch)] = prefetch; }
    void writes() { dead_ += with_.writes().dead.size(); }
    // Begins one, or ends it.
    void purges() {
        if (!mark_) {
            mark_ = with_.queue.purge_mark();
            marked_ = all_.size();
            return;
        }
        writes();
        with_.stored.erase(with_.stored.begin(), with_.stored.upper_bound(mark_->until));
        with_.queue.purge(*mark_);
        mark_.reset();
        for (std::size_t i = 0; i < marked_; ++i) {
            Modelled& one = all_[i];
            if (one.state == State::kWaits || one.state == State::kDelayed) one.state = State::kSettled;
            if (one.state == State::kHeld) one.purged = true;
        }
    }

    // Each delivery must be the first that waits, to a consumer that has no more than the others.
    void goes_out() {
        do {
            while (const auto assigned = with_.queue.next()) is_right(*assigned);
        } while (roll(3) != 0 && with_.reads());
    }
    void is_right(const Assigned& assigned) {
        const std::string& body = assigned.delivery.message->content->body();
        const auto next = std::find_if(all_.begin(), all_.end(), [&body](const Modelled& one) {
            return one.state == State::kWaits && (!one.late || one.body == body);
        });
        REQUIRE(next != all_.end());
        REQUIRE(body == next->body);
        next->late = false;
        CHECK(assigned.delivery.redelivered == next->delivered);
        CHECK(assigned.delivery.failed == next->failed);
        CHECK(assigned.delivery.place.is_stored() == next->stored);
        std::map<ConsumerId, std::size_t> holds;
        for (const Modelled& one : all_)
            if (one.state == State::kHeld) ++holds[one.holder];
        REQUIRE(prefetch_.contains(assigned.consumer));
        for (const auto& [id, prefetch] : prefetch_)
            if (holds[id] < prefetch) CHECK(holds[assigned.consumer] <= holds[id]);
        CHECK(holds[assigned.consumer] < prefetch_[assigned.consumer]);
        next->state = State::kHeld;
        next->delivered = true;
        next->holder = assigned.consumer;
        next->place = assigned.delivery.place;
    }
    // All that is left is delivered and acknowledged: nothing is lost.
    void ends() {
        now_ += std::chrono::hours(1);
        with_.queue.on_time(now_);
        for (Modelled& one : all_)
            if (one.state == State::kDelayed) comes_due(one);
        if (mark_) purges();
        decides();
        joins(4);
        for (int i = 0; i < 2'000; ++i) {
            goes_out();
            settles(State::kSettled);
            if (roll(4) == 0) writes();
        }
        for (const Modelled& one : all_) CHECK(one.state == State::kSettled);
        writes();
        CHECK(dead_ == expected_dead_);
        CHECK(with_.stored.empty());
        CHECK(with_.queue.held().messages == 0);
        CHECK(with_.queue.held().bytes == 0);
        CHECK(with_.queue.held_volatile().bytes == 0);
        CHECK(with_.queue.outstanding() == 0);
    }

    const std::uint32_t max_;
    std::mt19937 dice_;
    QueueAtWork with_;
    Monotonic now_{std::chrono::hours(1)};
    std::vector<Modelled> all_;
    std::map<ConsumerId, std::size_t> prefetch_;
    std::vector<ConsumerId> undecided_;  // who have gone and left something
    std::optional<PurgeMark> mark_;
    std::size_t marked_ = 0;  // of all_
    std::uint64_t expected_dead_ = 0;
    std::uint64_t dead_ = 0;
};

}  // namespace

TEST_CASE("whatever happens, each message goes to one consumer at a time, in order, and none is lost") {
    for (unsigned seed = 1; seed <= 60; ++seed) {
        CAPTURE(seed);
        Life life(seed);
        life.lives(400);
    }
}

}  // namespace causeway::queue::testing
