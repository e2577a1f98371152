#include "broker/base/message_id.hpp"

#include <doctest/doctest.h>

using namespace causeway;

TEST_CASE("message ids have 26 characters and grow, within a millisecond and when the clock stands still") {
    ManualClock clock;
    SeededRandom random(7);
    MessageIds ids(clock, random);
    std::string last = ids.next();
    CHECK(last.size() == kMessageIdLength);
    for (int i = 0; i < 1000; ++i) {
        if (i % 10 == 0) clock.advance(Milliseconds(1));
        const std::string id = ids.next();
        CHECK(id > last);
        last = id;
    }
}

TEST_CASE("message ids keep growing when the wall clock jumps back") {
    ManualClock clock;
    SeededRandom random(7);
    MessageIds ids(clock, random);
    const std::string before = ids.next();
    clock.advance(Milliseconds(-3'600'000));
    CHECK(ids.next() > before);
}

TEST_CASE("a message id begins with its time") {
    ManualClock clock;  // 1 800 000 000 000 ms
    SeededRandom random(1);
    CHECK(MessageIds(clock, random).next().substr(0, 10) == "01MCC5RM00");
}
