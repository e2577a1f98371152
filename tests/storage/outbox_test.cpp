#include <doctest/doctest.h>

#include <set>

#include "tests/storage/care_verbs.hpp"

namespace causeway::storage {

namespace {

// An event per entry and per membership.
std::optional<OutboxEvent> event_of(const Committed& committed) {
    OutboxEvent event;
    if (const auto* entry = std::get_if<CommittedEntry>(&committed)) {
        event.subject = "communication.message.sent";
        event.msg_id = entry->envelope->messageid();
        event.payload = entry->protobuf;
    } else if (const auto* membership = std::get_if<CommittedMembership>(&committed)) {
        event.subject = "business.conversation.member";
        event.msg_id = membership->user;
    } else {
        return std::nullopt;
    }
    return event;
}

StoreOptions with_outbox(const std::filesystem::path& path) {
    StoreOptions options;
    options.path = path;
    options.durability = Durability::kProcess;
    options.make_outbox_event = event_of;
    return options;
}

std::vector<std::uint64_t> ids_of(const std::vector<OutboxEvent>& events) {
    std::vector<std::uint64_t> ids;
    for (const auto& event : events) ids.push_back(event.id);
    return ids;
}

}  // namespace

TEST_CASE("an event waits in the outbox from the commit of what it tells, under the entry's offset") {
    TemporaryDirectory directory;
    StoreUnderTest store(with_outbox(directory.path()));
    const auto appended = store.append(to_user("alice", "bob", "m1"));
    const auto events = outbox_of(store);
    REQUIRE(events.size() == 1);
    CHECK(events[0].id == value(appended.offset));
    CHECK(events[0].subject == "communication.message.sent");
    CHECK(events[0].msg_id == appended.message_id);
    CHECK_FALSE(events[0].payload.empty());
    CHECK(events[0].created_at == to_ms(store.clock().wall()));
    CHECK(comes_true(store, [&] { return store.store().figures().outbox == 1; }));
    CHECK(store.store().figures().outbox_oldest_at == events[0].created_at);
}

TEST_CASE("ids of events only grow, whatever they are of, and none is given twice") {
    TemporaryDirectory directory;
    StoreUnderTest store(with_outbox(directory.path()));
    std::vector<std::string> told;
    store.create("g", "group", "alice", {"bob", "carol"});
    (void)store.append(to_conversation("alice", "g", "m1"));
    store.change(MembershipChange::kAdd, "g", "alice", "dave");
    (void)store.append(to_conversation("dave", "g", "m2"));
    for (const auto& event : outbox_of(store)) told.push_back(event.msg_id);
    CHECK(told == std::vector<std::string>{"alice", "bob", "carol", "id of alicem1", "dave", "id of davem2"});
    const auto ids = ids_of(outbox_of(store));
    for (std::size_t i = 1; i < ids.size(); ++i) CHECK(ids[i - 1] < ids[i]);

    (void)store.submit(SettleOutbox{ids});
    store.reopen();
    store.change(MembershipChange::kAdd, "g", "alice", "erin");
    REQUIRE(outbox_of(store).size() == 1);
    CHECK(outbox_of(store)[0].id > ids.back());
}

TEST_CASE("a duplicate and a refusal tell nothing") {
    TemporaryDirectory directory;
    StoreUnderTest store(with_outbox(directory.path()));
    (void)store.append(to_user("alice", "bob", "m1"));
    CHECK(store.append(to_user("alice", "bob", "m1")).duplicate);
    (void)refused_with(store.submit(to_conversation("alice", "nowhere")));
    CHECK(outbox_of(store).size() == 1);
}

TEST_CASE("settled events leave, others stay, whether a run or single ones were named") {
    TemporaryDirectory directory;
    StoreUnderTest store(with_outbox(directory.path()));
    for (int i = 0; i < 10; ++i) (void)store.append(to_user("alice", "bob", std::to_string(i)));
    const auto settled = [&](std::vector<std::uint64_t> ids) {
        return std::get<Changed>(store.submit(SettleOutbox{std::move(ids)})).changed;
    };
    CHECK(settled({1, 2, 3}));
    CHECK(ids_of(outbox_of(store)) == std::vector<std::uint64_t>{4, 5, 6, 7, 8, 9, 10});
    CHECK(settled({9, 5, 5}));
    CHECK(ids_of(outbox_of(store)) == std::vector<std::uint64_t>{4, 6, 7, 8, 10});
    CHECK(settled({6, 5, 8, 7}));
    CHECK(ids_of(outbox_of(store)) == std::vector<std::uint64_t>{4, 10});
    CHECK_FALSE(settled({5, 99}));
    CHECK_FALSE(settled({}));
    CHECK(comes_true(store, [&] { return store.store().figures().outbox == 2; }));
    store.reopen();
    CHECK(store.store().figures().outbox == 2);
    CHECK(ids_of(outbox_of(store)) == std::vector<std::uint64_t>{4, 10});
}

TEST_CASE("the outbox is read in pages") {
    TemporaryDirectory directory;
    auto options = with_outbox(directory.path());
    options.page_bytes = 10'000;
    StoreUnderTest store(options);
    for (int i = 0; i < 10; ++i) (void)store.append(sized(to_user("alice", "bob", std::to_string(i)), 3000));
    CHECK(ids_of(outbox_of(store, 0, 3)) == std::vector<std::uint64_t>{1, 2, 3});
    CHECK(ids_of(outbox_of(store, 3, 2)) == std::vector<std::uint64_t>{4, 5});
    CHECK(outbox_of(store, 0, 1000).size() == 4);  // by bytes
    CHECK(outbox_of(store, 10).empty());
}

TEST_CASE("without somebody who makes events there is no outbox") {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    const auto appended = store.append(to_user("alice", "bob"));
    store.create("g", "group", "alice");
    CHECK(outbox_of(store).empty());
    CHECK(value(store.append(to_conversation("alice", "g")).offset) == value(appended.offset) + 1);
}

}  // namespace causeway::storage
