#include "bridge/outgoing_queue.hpp"

#include <doctest/doctest.h>

#include <thread>

using namespace causeway::bridge;
using std::chrono::milliseconds;

namespace {

Outgoing message(std::string payload) {
    return {std::get<Subject>(Subject::parse("s")), std::move(payload), {}, ""};
}
std::string payloads(const std::vector<Outgoing>& messages) {
    std::string all;
    for (const auto& each : messages) all += each.payload;
    return all;
}
constexpr milliseconds kLong{10'000};
constexpr milliseconds kNow{0};

}  // namespace

TEST_CASE("messages leave the queue in order, as many as asked for") {
    OutgoingQueue queue(10, 1000);
    for (const char* payload : {"a", "b", "c"}) REQUIRE(queue.push(message(payload)));
    CHECK(payloads(queue.take(2, kLong)) == "ab");
    CHECK(payloads(queue.take(2, kLong)) == "c");
    CHECK(queue.take(2, kNow).empty());
}

TEST_CASE("what was not sent is first in line again") {
    OutgoingQueue queue(10, 1000);
    for (const char* payload : {"a", "b", "c", "d"}) REQUIRE(queue.push(message(payload)));
    queue.settle(queue.take(3, kLong), 1);
    CHECK(queue.size() == 3);
    CHECK(payloads(queue.take(9, kLong)) == "bcd");
}

TEST_CASE("the queue is bounded in messages, those in hand included") {
    OutgoingQueue queue(2, 1000);
    REQUIRE(queue.push(message("a")));
    REQUIRE(queue.push(message("b")));
    CHECK_FALSE(queue.push(message("c")));
    auto taken = queue.take(9, kLong);
    CHECK_FALSE(queue.push(message("c")));
    queue.settle(std::move(taken), 2);
    CHECK(queue.size() == 0);
    CHECK(queue.push(message("c")));
}

TEST_CASE("the queue is bounded in bytes, subject and headers included") {
    OutgoingQueue queue(100, 10);
    CHECK_FALSE(queue.push(message(std::string(10, 'x'))));
    REQUIRE(queue.push(message(std::string(4, 'x'))));
    Outgoing with_header = message("xx");
    with_header.headers = {{"a", "bc"}};
    CHECK_FALSE(queue.push(with_header));
    with_header.payload = "x";
    CHECK(queue.push(with_header));
    queue.settle(queue.take(2, kLong), 2);
    CHECK(queue.push(message(std::string(9, 'x'))));
}

TEST_CASE("a waiting take ends when there is something, when woken and when closed") {
    OutgoingQueue queue(10, 1000);
    std::thread other([&] { REQUIRE(queue.push(message("a"))); });
    CHECK(payloads(queue.take(1, kLong)) == "a");
    other.join();
    queue.wake();
    CHECK(queue.take(1, kLong).empty());
    other = std::thread([&] { queue.close(); });
    CHECK(queue.take(1, kLong).empty());
    queue.wait_for_close(kLong);
    other.join();
    CHECK_FALSE(queue.push(message("late")));
}
