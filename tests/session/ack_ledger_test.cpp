// ACK and NACK: what is open, how far a cursor may go. STOMP 1.2, ACK, NACK; PRODUCT 7, "Cursors".
#include "broker/session/ack_ledger.hpp"

#include <doctest/doctest.h>

#include <random>
#include <set>

using namespace causeway;
using namespace causeway::session;

namespace {

using Mode = AckLedger::Mode;
using Answer = AckLedger::Answer;

routing::Message entry(std::uint64_t offset) {
    routing::Message message;
    message.message_id = "m" + std::to_string(offset);
    message.offset = Offset{offset};
    return message;
}

// Entries 10, 20, 30 are open.
AckLedger with_three(Mode mode, std::size_t limit = 100) {
    AckLedger ledger(mode, 7, limit);
    ledger.on_passed(Offset{5});
    for (const std::uint64_t offset : {10, 20, 30}) ledger.on_delivered(entry(offset));
    return ledger;
}

}  // namespace

TEST_CASE("an ACK of mode client is for all before it, one of client-individual for itself") {
    AckLedger all = with_three(Mode::kClient);
    CHECK(value(all.prefix()) == 5);
    CHECK(all.settle(Answer::kAck, 2).deliveries.size() == 2);
    CHECK(value(all.prefix()) == 20);
    AckLedger each = with_three(Mode::kClientIndividual);
    CHECK(each.settle(Answer::kAck, 2).deliveries.size() == 1);
    CHECK(value(each.prefix()) == 5);  // 10 is open
    CHECK(each.settle(Answer::kAck, 1).known);
    CHECK(value(each.prefix()) == 20);
    CHECK(each.settle(Answer::kAck, "m30").known);
    CHECK(value(each.prefix()) == 30);
    CHECK(each.open() == 0);
}

TEST_CASE("a NACK leaves a hole that no later ACK passes") {
    AckLedger each = with_three(Mode::kClientIndividual);
    (void)each.settle(Answer::kNack, 2);
    (void)each.settle(Answer::kAck, 3);
    CHECK(value(each.prefix()) == 5);
    (void)each.settle(Answer::kAck, 1);
    CHECK(value(each.prefix()) == 10);
    each.on_delivered(entry(40));
    (void)each.settle(Answer::kAck, 4);
    CHECK(value(each.prefix()) == 10);
    AckLedger all = with_three(Mode::kClient);
    (void)all.settle(Answer::kAck, 1);
    (void)all.settle(Answer::kNack, 3);  // 2 as well
    CHECK(value(all.prefix()) == 10);
    CHECK(all.open() == 0);
}

TEST_CASE("what is acknowledged again is known, what was never sent is not") {
    for (const Mode mode : {Mode::kClient, Mode::kClientIndividual}) {
        AckLedger ledger = with_three(mode);
        (void)ledger.settle(Answer::kAck, 1);
        CHECK(ledger.settle(Answer::kAck, 1).known);
        CHECK(ledger.settle(Answer::kAck, 1).deliveries.empty());
        CHECK(ledger.settle(Answer::kAck, "m10").known);
        CHECK_FALSE(ledger.settle(Answer::kAck, 0).known);
        CHECK_FALSE(ledger.settle(Answer::kAck, 4).known);
        CHECK_FALSE(ledger.settle(Answer::kAck, "m40").known);
        CHECK(ledger.open() == 2);
    }
}

TEST_CASE("it is full when as many entries are open as may be; other messages do not count, nor grow it") {
    AckLedger ledger = with_three(Mode::kClientIndividual, 4);
    CHECK_FALSE(ledger.full());
    routing::Message plain;
    for (int i = 0; i < 100; ++i) ledger.on_delivered(plain);
    CHECK_FALSE(ledger.full());
    CHECK(ledger.open() == 3 + 4);
    CHECK(ledger.settle(Answer::kAck, 4).known);  // the first plain one, forgotten
    ledger.on_delivered(entry(40));
    CHECK(ledger.full());
    (void)ledger.settle(Answer::kAck, 2);
    CHECK_FALSE(ledger.full());
    CHECK(value(ledger.prefix()) == 5);
    (void)ledger.settle(Answer::kAck, 1);
    CHECK(value(ledger.prefix()) == 20);  // no plain message holds it
}

TEST_CASE("what needs no acknowledgement is passed by") {
    AckLedger ledger = with_three(Mode::kClient);
    ledger.on_passed(Offset{35});
    CHECK(value(ledger.prefix()) == 5);
    (void)ledger.settle(Answer::kAck, 3);
    CHECK(value(ledger.prefix()) == 35);
}

TEST_CASE("an ack id names its subscription and number, and nothing else is one") {
    AckLedger ledger(Mode::kClient, 7, 10);
    CHECK(ledger.on_delivered(entry(1)) == "7-1");
    const auto id = AckLedger::parse("7-12");
    REQUIRE(id);
    CHECK(id->serial == 7);
    CHECK(id->number == 12);
    for (const char* const text :
         {"", "-", "7", "7-", "-1", "7-1x", "x", "7_1", "7-99999999999999999999", " 7-1"})
        CHECK_FALSE(AckLedger::parse(text));
}

TEST_CASE("whatever order answers come in, the cursor is the end of the acknowledged prefix") {
    std::mt19937 random(3);
    for (int round = 0; round < 300; ++round) {
        AckLedger ledger(Mode::kClientIndividual, 1, 1000);
        std::set<std::uint64_t> open;
        std::set<std::uint64_t> refused;
        std::uint64_t sent = 0;
        for (int step = 0; step < 60; ++step) {
            if (random() % 2 == 0) {
                ledger.on_delivered(entry(++sent));
                open.insert(sent);
            } else if (sent > 0) {
                const std::uint64_t number = 1 + random() % sent;
                const bool nack = random() % 10 == 0;
                if (open.erase(number) == 1 && nack) refused.insert(number);
                (void)ledger.settle(nack ? Answer::kNack : Answer::kAck, number);
            }
            std::uint64_t expected = sent;
            if (!open.empty()) expected = std::min(expected, *open.begin() - 1);
            if (!refused.empty()) expected = std::min(expected, *refused.begin() - 1);
            REQUIRE(value(ledger.prefix()) == expected);
            REQUIRE(ledger.open() == open.size());
        }
    }
}
