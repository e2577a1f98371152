#include "broker/identity/permissions.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "broker/routing/destination.hpp"

using namespace causeway;
using namespace causeway::identity;

namespace {

struct Members final : Memberships {
    bool is_member(std::string_view conversation) const override { return conversation == "c1"; }
    bool is_contact(std::string_view user) const override { return user == "carol" || user == "d.e"; }
};

Identity user(std::string name) {
    Identity identity;
    identity.user = std::move(name);
    return identity;
}
Identity bob() {
    Identity identity = user("bob");
    identity.roles = {"agent", "a/b"};
    identity.departments = {"tech"};
    identity.permissions = {"ticket:42", "invoice:*", "ticket"};
    return identity;
}
Identity admin() {
    Identity identity = user("root");
    identity.roles = {"admin"};
    return identity;
}
Identity nobody() {
    Identity identity = user("anonymous-1");
    identity.anonymous = true;
    return identity;
}

struct Row {
    Action action;
    const char* destination;
    Verdict verdict;
};
constexpr auto kSub = Action::kSubscribe;
constexpr auto kSend = Action::kSend;
constexpr auto kYes = Verdict::kAllow;
constexpr auto kNo = Verdict::kDeny;

void check_rows(const Permissions& permissions, const Identity& identity, const std::vector<Row>& rows) {
    const Members members;
    for (const auto& row : rows) {
        CAPTURE(identity.user);
        CAPTURE(row.destination);
        CAPTURE(static_cast<int>(row.action));
        CHECK(permissions.check(row.action, row.destination, identity, &members) == row.verdict);
    }
}

RuleSpec rule(std::string effect, std::string action, std::string destination, std::string who) {
    return {std::move(effect), {std::move(action)}, {std::move(destination)}, {std::move(who)}, {}, {}};
}

bool accepts_pattern(const Permissions& permissions, std::string_view text, const Identity& identity) {
    auto pattern = routing::Pattern::parse(text);
    REQUIRE(std::holds_alternative<routing::Pattern>(pattern));
    return permissions.check_pattern(std::get<routing::Pattern>(pattern), identity);
}

}  // namespace

TEST_CASE("defaults: what every logged-in user may, and what not") {
    check_rows(Permissions(), bob(),
               {
                   {kSub, "/user/queue/messages", kYes},
                   {kSub, "/user/queue/a/b.c", kYes},
                   {kSend, "/user/queue/messages", kNo},
                   {kSub, "/user/bob/queue/messages", kNo},
                   {kSub, "/user/alice/queue/messages", kNo},
                   {kSend, "/user/alice/queue/notes", kNo},
                   {kSub, "/temp-queue/r", kYes},
                   {kSend, "/temp-queue/r", kYes},
                   {kSend, "/app/chat", kYes},
                   {kSend, "/app/conversations/create", kYes},
                   {kSub, "/app/chat", kNo},
                   {kSub, "/app/conversations/list", kYes},
                   {kSub, "/app/unread", kYes},
                   {kSub, "/app/presence/bob", kYes},
                   {kSub, "/app/presence/carol", kYes},
                   {kSub, "/app/presence/dave", kNo},
                   {kSub, "/topic/system/notifications", kYes},
                   {kSend, "/topic/system/notifications", kNo},
                   {kSub, "/topic/systems", kNo},
                   {kSub, "/topic/system.x", kNo},
                   {kSub, "/topic/role/agent", kYes},
                   {kSub, "/topic/role/admin", kNo},
                   {kSub, "/topic/role/a%2Fb", kYes},
                   {kSub, "/topic/role/a/b", kNo},
                   {kSub, "/topic/role.agent", kNo},
                   {kSend, "/topic/role/agent", kNo},
                   {kSub, "/topic/department/tech", kYes},
                   {kSub, "/topic/department/sales", kNo},
                   {kSub, "/topic/conversation/c1", kYes},
                   {kSub, "/topic/conversation/c2", kNo},
                   {kSub, "/topic/conversation/c1/x", kNo},
                   {kSub, "/topic/conversation.c1", kNo},
                   {kSend, "/topic/conversation/c1", kNo},
                   {kSub, "/topic/room/c1", kYes},
                   {kSub, "/topic/room/c2", kNo},
                   {kSend, "/topic/room/c1", kNo},
                   {kSub, "/topic/ticket/42", kYes},
                   {kSub, "/topic/ticket/43", kNo},
                   {kSub, "/topic/ticket/4", kNo},
                   {kSub, "/topic/invoice/1", kNo},
                   {kSub, "/topic/presence/bob", kYes},
                   {kSub, "/topic/presence/carol", kYes},
                   {kSub, "/topic/presence/d%2Ee", kYes},
                   {kSub, "/topic/presence/d%2ee", kNo},
                   {kSub, "/topic/presence/dave", kNo},
                   {kSend, "/topic/presence/bob", kNo},
                   {kSub, "/topic/news", kNo},
                   {kSend, "/topic/news", kNo},
                   {kSub, "/topic/business.order.created", kNo},
                   {kSub, "/topic/communication.push.email", kNo},
                   {kSub, "/queue/jobs", kNo},
                   {kSend, "/queue/jobs", kNo},
                   {kSub, "/exchange/x", kNo},
                   {kSend, "/topic.x", kNo},
               });
}

TEST_CASE("defaults: role admin may everything but forge a conversation or read another's queue") {
    check_rows(Permissions(), admin(),
               {
                   {kSub, "/topic/news", kYes},
                   {kSend, "/topic/news", kYes},
                   {kSub, "/topic/conversation/c2", kYes},
                   {kSend, "/topic/conversation/c2", kNo},
                   {kSend, "/topic/conversation.c2", kNo},
                   {kSend, "/topic/room/c2", kYes},
                   {kSend, "/topic/presence/bob", kYes},
                   {kSend, "/topic/business.order.created", kYes},
                   {kSend, "/user/bob/queue/messages", kYes},
                   {kSub, "/user/bob/queue/messages", kNo},
                   {kSend, "/queue/jobs", kYes},
                   {kSub, "/queue/jobs", kYes},
                   {kSend, "/user/queue/messages", kNo},
               });
}

TEST_CASE("defaults: without a token nothing is open") {
    for (const char* destination :
         {"/user/queue/messages", "/temp-queue/r", "/app/chat", "/topic/system/x", "/topic/news",
          "/queue/jobs", "/topic/presence/anonymous-1", "/topic/conversation/c1"})
        check_rows(Permissions(), nobody(), {{kSub, destination, kNo}, {kSend, destination, kNo}});
}

TEST_CASE("what the broker owns stays closed to SEND whatever the configuration allows") {
    const Permissions permissions({rule("allow", "send", "/**", "anyone")});
    for (const char* destination : {"/topic/conversation/c1",
                                    "/topic/conversation.c1",
                                    "/topic/conversation/c1/x",
                                    "/topic/room/c1",
                                    "/topic/presence/bob",
                                    "/topic/business.order.created",
                                    "/topic/business/order",
                                    "/topic/communication.message.sent",
                                    "/user/alice/queue/messages",
                                    "/user/al.ice/queue/messages",
                                    "/user/al%2Eice/queue/messages",
                                    "/user/%61lice/queue/messages",
                                    "/user/\u4f60/queue/messages",
                                    "/user/queue.x/queue/messages",
                                    "/user/%71ueue/queue/errors",
                                    "/user/alice/queue/errors",
                                    "/user/alice/queue/private-messages",
                                    "/user/alice/queue/iot",
                                    "/user/alice/queue/orders/x",
                                    "/user/queue/messages"}) {
        check_rows(permissions, bob(), {{kSend, destination, kNo}});
        check_rows(permissions, nobody(), {{kSend, destination, kNo}});
    }
    check_rows(permissions, nobody(),
               {{kSend, "/topic/news", kYes},
                {kSend, "/user/alice/queue/notes", kYes},
                {kSend, "/user/al.ice/queue/notes", kYes}});
}

TEST_CASE("configured rules come before the defaults and the first match decides") {
    const Permissions permissions({rule("deny", "send", "/app/iot/**", "users"),
                                   rule("deny", "subscribe", "/topic/news/secret/**", "users"),
                                   rule("allow", "subscribe", "/topic/news/**", "anyone"),
                                   rule("allow", "send", "/topic/news/*", "role:agent"),
                                   rule("allow", "send", "/topic/own/{user}", "users"),
                                   rule("deny", "subscribe", "/topic/audit", "role:admin"),
                                   rule("allow", "subscribe", "/queue/{department}.jobs", "department:tech"),
                                   rule("allow", "subscribe", "/topic/vip", "user:bob")});
    check_rows(permissions, bob(),
               {{kSend, "/app/iot/control", kNo},
                {kSend, "/app/chat", kYes},
                {kSub, "/topic/news/secret/a", kNo},
                {kSub, "/topic/news/sport", kYes},
                {kSend, "/topic/news/sport", kYes},
                {kSend, "/topic/news/a/b", kNo},
                {kSend, "/topic/own/bob", kYes},
                {kSend, "/topic/own/alice", kNo},
                {kSub, "/queue/tech.jobs", kYes},
                {kSub, "/queue/tech/jobs", kNo},
                {kSub, "/queue/sales.jobs", kNo},
                {kSub, "/topic/vip", kYes}});
    check_rows(permissions, user("alice"), {{kSub, "/topic/vip", kNo}, {kSub, "/queue/tech.jobs", kNo}});
    check_rows(permissions, nobody(),
               {{kSub, "/topic/news/sport", kYes}, {kSub, "/topic/news/secret/a", kYes}});
    check_rows(permissions, admin(), {{kSub, "/topic/audit", kNo}, {kSub, "/topic/vip", kYes}});
}

TEST_CASE("a rule passes over whom it excepts") {
    RuleSpec spec = rule("deny", "subscribe", "/topic/system/**", "users");
    spec.except = {"role:agent", "user:alice"};
    const Permissions permissions({spec});
    check_rows(permissions, bob(), {{kSub, "/topic/system/x", kYes}});
    check_rows(permissions, user("alice"), {{kSub, "/topic/system/x", kYes}});
    check_rows(permissions, user("dave"), {{kSub, "/topic/system/x", kNo}});
}

TEST_CASE("memberships are asked for only when they decide") {
    const Permissions permissions;
    const auto ask = [&](Action action, std::string_view destination, const Identity& identity) {
        return permissions.check(action, destination, identity, nullptr);
    };
    CHECK(ask(kSub, "/topic/conversation/c1", bob()) == Verdict::kNeedsMembership);
    CHECK(ask(kSub, "/topic/room/c1", bob()) == Verdict::kNeedsMembership);
    CHECK(ask(kSub, "/topic/presence/carol", bob()) == Verdict::kNeedsMembership);
    CHECK(ask(kSub, "/topic/presence/bob", bob()) == kYes);
    CHECK(ask(kSub, "/topic/news", bob()) == kNo);
    CHECK(ask(kSend, "/topic/conversation/c1", bob()) == kNo);
    CHECK(ask(kSub, "/topic/conversation/c1", nobody()) == kNo);
    CHECK(ask(kSub, "/topic/conversation/c1/x", bob()) == kNo);
}

TEST_CASE("a hostile user name widens no rule") {
    const Permissions permissions({rule("allow", "send", "/topic/own/{user}/**", "users"),
                                   rule("allow", "send", "/user/{user}/queue/notes", "users")});
    for (const std::string name :
         {"*", "**", ">", "#", "a/b", "a.b", "../x", "{user}", "%2A", "queue", "{conversation}"}) {
        CAPTURE(name);
        Identity hostile = user(name);
        hostile.roles = {name};
        hostile.departments = {name};
        hostile.permissions = {"doc:" + name};
        const auto own = [&](const std::string& before, const std::string& after) {
            return before + routing::encode_segment(name) + after;
        };
        const auto ask = [&](Action action, const std::string& destination) {
            return permissions.check(action, destination, hostile, nullptr);
        };
        CHECK(ask(kSend, own("/topic/own/", "/x")) == kYes);
        CHECK(ask(kSend, own("/user/", "/queue/notes")) == kYes);
        CHECK(ask(kSub, own("/topic/role/", "")) == kYes);
        for (const std::string other : {"/topic/own/alice/x", "/topic/own/a/b", "/topic/own/b", "/topic/own",
                                        "/user/alice/queue/notes", "/user/a/b/queue/notes"})
            CHECK(ask(kSend, other) == kNo);
        for (const std::string other : {"/topic/role/admin", "/topic/department/tech", "/topic/ticket/42",
                                        "/topic/role/a/b", "/topic/role"})
            CHECK(ask(kSub, other) == kNo);
        CHECK_FALSE(accepts_pattern(permissions, "/topic/role/admin", hostile));
        CHECK_FALSE(accepts_pattern(permissions, "/topic/department/tech/**", hostile));
    }
}

TEST_CASE("a permission claim grants one kind of thing") {
    const Permissions permissions({rule("allow", "subscribe", "/topic/invoice/{id}", "users"),
                                   rule("allow", "subscribe", "/topic/order/{id}", "users")});
    check_rows(
        permissions, bob(),
        {{kSub, "/topic/invoice/1", kYes}, {kSub, "/topic/order/1", kNo}, {kSub, "/topic/ticket/42", kYes}});
    Identity empty_grant = user("eve");
    empty_grant.permissions = {"ticket:", ":42", "ticket", "*", "*:*"};
    check_rows(permissions, empty_grant, {{kSub, "/topic/ticket/42", kNo}});
}

TEST_CASE("patterns are accepted when some allow rule overlaps them") {
    const Permissions permissions({rule("allow", "subscribe", "/topic/business.order.*", "role:agent"),
                                   rule("deny", "subscribe", "/topic/blocked/**", "users")});
    const std::pair<const char*, bool> rows[] = {
        {"/topic/**", true},
        {"/topic/*", true},
        {"/topic/*/x", true},
        {"/topic/system/**", true},
        {"/topic/system/*/a", true},
        {"/topic/news/**", false},
        {"/topic/role/*", true},
        {"/topic/role/admin/**", false},
        {"/topic/conversation/*", true},
        {"/topic/conversation/>", true},
        {"/topic/conversation/*/x", false},
        {"/topic/ticket/**", true},
        {"/topic/business.**", true},
        {"/topic/business.order.created", true},
        {"/topic/business.iot.**", false},
        {"/topic/blocked/**", false},
        {"/user/queue/**", true},
        {"/user/queue/*", true},
        {"/user/*/queue/**", false},
        {"/user/*/queue/messages", false},
        {"/user/alice/queue/**", false},
        {"/user/**", false},
        {"/**", false},
        {"/*/x", false},
        {"/queue/**", false},
        {"/app/**", true},
    };
    for (const auto& [text, accepted] : rows) {
        CAPTURE(text);
        CHECK(accepts_pattern(permissions, text, bob()) == accepted);
    }
    CHECK_FALSE(accepts_pattern(permissions, "/topic/**", nobody()));
    CHECK(accepts_pattern(permissions, "/queue/**", admin()));
    CHECK_FALSE(accepts_pattern(permissions, "/user/*/queue/**", admin()));
    CHECK_FALSE(accepts_pattern(permissions, "/**", admin()));
    CHECK_FALSE(accepts_pattern(permissions, "/topic/role/*", user("dave")));
    CHECK_FALSE(accepts_pattern(permissions, "/topic/ticket/**", user("dave")));
}
