// /temp-queue and reply-to: private reply addresses of a session (PRODUCT 4).
#include <doctest/doctest.h>

#include "tests/session/world.hpp"

using namespace causeway;
using namespace causeway::session;
using namespace causeway::session::testing;

namespace {

// A service hears what is asked on /topic/ask; carol may do nothing with reply addresses.
struct Asked : World {
    explicit Asked(const SessionLimits& own_limits = {})
        : World({{"deny", {"send", "subscribe"}, {"/temp-queue/**"}, {"user:carol"}, {}, {}},
                 allow({"send", "subscribe"}, "/temp-queue/**"),
                 allow({"send", "subscribe"}, "/topic/**"),
                 allow({"send"}, "/user/*/queue/**")},
                own_limits) {}
};

struct Service {
    explicit Service(World& world) : client(world, "service", 1) {
        client.connects({"on-denied:notify"});
        client.subscribes("/topic/ask", {"id:ask"});
        (void)client.takes("CONNECTED");
    }
    // What the next question names as its reply address.
    std::string asked_from() { return client.takes("MESSAGE")["reply-to"]; }
    Client client;
};

void asks(Client& client, const std::string& reply_to) {
    client.sends("/topic/ask", "question", {"reply-to:" + reply_to});
}

}  // namespace

TEST_CASE("an answer reaches who asked, and nobody else, under the name that he gave") {
    Asked world;
    Service service(world);
    Client alice(world, "alice");
    Client other(world, "alice", 1);
    Client bob(world, "bob");
    for (Client* const client : {&alice, &other, &bob}) client->connects();
    for (Client* const client : {&other, &bob}) client->subscribes("/temp-queue/answers");
    asks(alice, "/temp-queue/answers");
    const std::string address = service.asked_from();
    CHECK(address.starts_with("/temp-queue/"));
    CHECK(address.ends_with("/answers"));
    CHECK(address.size() == std::string("/temp-queue//answers").size() + 32);
    service.client.sends(address, "answer", {"receipt:r", "color:red"});
    service.client.receipt("r");
    const Seen seen = alice.takes("MESSAGE");
    CHECK(seen.body == "answer");
    CHECK(seen["destination"] == "/temp-queue/answers");
    CHECK(seen["subscription"] == "/temp-queue/answers");
    CHECK(seen["color"] == "red");
    CHECK(other.sees() == "");
    CHECK(bob.sees() == "");
}

TEST_CASE("whoever was told the address may pass it on") {
    Asked world;
    Service service(world);
    Client alice(world, "alice");
    Client bob(world, "bob");
    alice.connects();
    bob.connects();
    bob.subscribes("/topic/later");
    asks(alice, "/temp-queue/answers");
    const std::string address = service.asked_from();
    service.client.sends("/topic/later", "do it", {"reply-to:" + address});
    CHECK(bob.takes("MESSAGE")["reply-to"] == address);
    bob.sends(address, "done");
    CHECK(alice.sees() == "done");
}

TEST_CASE("a client may subscribe to his reply address himself, and reaches himself by its short name") {
    Asked world;
    Service service(world);
    Client alice(world, "alice");
    alice.connects();
    alice.subscribes("/temp-queue/answers", {"id:mine", "ack:client", "receipt:s"});
    alice.receipt("s");
    asks(alice, "/temp-queue/answers");
    service.client.sends(service.asked_from(), "answer");
    const Seen seen = alice.takes("MESSAGE");
    CHECK(seen["subscription"] == "mine");
    CHECK(seen["ack"] != "(none)");
    alice.sends("/temp-queue/answers", "note to myself");
    CHECK(alice.sees() == "note to myself");
    CHECK(alice.session->subscription_count() == 1);
}

TEST_CASE("an address that nobody listens to any more is refused, not silent") {
    Asked world;
    Service service(world);
    std::string address;
    {
        Client alice(world, "alice");
        alice.connects();
        asks(alice, "/temp-queue/answers");
        address = service.asked_from();
        service.client.sends(address, "heard");
        CHECK(alice.sees() == "heard");
        alice.vanishes();
    }
    service.client.sends(address, "too late");
    const Seen notice = service.client.takes("MESSAGE");
    CHECK(notice["code"] == "message-invalid");
    CHECK(notice.body.find("has gone") != std::string::npos);
    service.client.sends("/temp-queue/nothing", "to myself, who does not listen");
    CHECK(service.client.notice() == "message-invalid");
}

TEST_CASE("UNSUBSCRIBE of a reply address ends it; the next reply-to opens it again") {
    Asked world;
    Service service(world);
    Client alice(world, "alice");
    alice.connects();
    asks(alice, "/temp-queue/answers");
    const std::string address = service.asked_from();
    alice.unsubscribes("/temp-queue/answers", {"receipt:u"});
    (void)alice.takes("CONNECTED");
    alice.receipt("u");
    service.client.sends(address, "nobody there");
    CHECK(service.client.notice() == "message-invalid");
    asks(alice, "/temp-queue/answers");
    CHECK(service.asked_from() == address);
    service.client.sends(address, "back");
    CHECK(alice.sees() == "back");
}

TEST_CASE("sessions of one user have addresses of their own") {
    Asked world;
    Service service(world);
    Client phone(world, "alice");
    Client tablet(world, "alice");
    phone.connects();
    tablet.connects();
    asks(phone, "/temp-queue/a");
    asks(tablet, "/temp-queue/a");
    const std::string one = service.asked_from();
    const std::string other = service.asked_from();
    CHECK(one != other);
    service.client.sends(other, "for the tablet");
    CHECK(phone.sees() == "");
    CHECK(tablet.sees() == "for the tablet");
}

TEST_CASE("nobody can listen to somebody else's address") {
    Asked world;
    Service service(world);
    Client alice(world, "alice");
    Client eve(world, "eve");
    alice.connects();
    eve.connects({"on-denied:notify"});
    asks(alice, "/temp-queue/a");
    const std::string address = service.asked_from();
    eve.subscribes(address, {"id:guess"});
    eve.subscribes("/temp-queue/*/a", {"id:all"});
    CHECK(eve.notice() == "subscribe-failed");
    service.client.sends(address, "secret");
    CHECK(alice.sees() == "secret");
    CHECK(eve.sees() == "");
}

TEST_CASE("what a reply address cannot do is refused by name") {
    const std::tuple<const char*, Lines, const char*, const char*> rows[] = {
        {"SUBSCRIBE",
         {"destination:/temp-queue/a", "id:1", "resume-after:0"},
         "subscribe-failed",
         "destination"},
        {"SUBSCRIBE", {"destination:/temp-queue/**", "id:1"}, "subscribe-failed", "destination"},
        {"SEND", {"destination:/temp-queue/mine", "persistent:true"}, "message-invalid", "persistent"},
        {"SEND", {"destination:/topic/ask", "reply-to:/temp-queue/*"}, "message-invalid", "reply-to"},
        {"SEND", {"destination:/topic/ask", "reply-to:/temp-queue/taken"}, "message-invalid", "reply-to"},
    };
    for (const auto& [command, lines, code, field] : rows) {
        CAPTURE(command);
        CAPTURE(lines[1]);
        Asked world;
        Client alice(world, "alice");
        alice.connects({"on-denied:notify"});
        (void)alice.takes("CONNECTED");
        alice.subscribes("/temp-queue/mine");
        alice.subscribes("/topic/other", {"id:/temp-queue/taken"});
        alice.says(command, lines);
        const Seen notice = alice.takes("MESSAGE");
        CHECK(notice["code"] == code);
        CHECK(notice.body.find(field) != std::string::npos);
    }
}

TEST_CASE("a reply address counts as a subscription, and needs the right to SUBSCRIBE") {
    SessionLimits limits;
    limits.subscriptions = 1;
    Asked world(limits);
    Client alice(world, "alice");
    alice.connects({"on-denied:notify"});
    (void)alice.takes("CONNECTED");
    asks(alice, "/temp-queue/1");
    asks(alice, "/temp-queue/1");
    CHECK(alice.gets() == "");
    asks(alice, "/temp-queue/2");
    CHECK(alice.notice() == "subscribe-failed");
    Client carol(world, "carol");
    carol.connects();
    asks(carol, "/temp-queue/1");
    CHECK(carol.refused() == "permission-denied 1008");
}

TEST_CASE("reply-to with anything else is passed on as it is") {
    Asked world;
    Service service(world);
    Client alice(world, "alice");
    alice.connects();
    for (const char* const other : {"/topic/answers", "me"}) {
        asks(alice, other);
        CHECK(service.asked_from() == other);
    }
    CHECK(alice.session->subscription_count() == 0);
}

TEST_CASE("a question may be kept or be part of a transaction; its answer comes all the same") {
    Asked world;
    Service service(world);
    service.client.subscribes("/user/queue/x", {"id:x"});
    Client alice(world, "alice");
    alice.connects();
    alice.sends("/user/service/queue/x", "kept", {"persistent:true", "reply-to:/temp-queue/a"});
    const std::string address = service.asked_from();
    service.client.sends(address, "1");
    CHECK(alice.sees() == "1");
    alice.says("BEGIN", {"transaction:t"});
    alice.sends("/topic/ask", "later", {"transaction:t", "reply-to:/temp-queue/a"});
    alice.says("COMMIT", {"transaction:t"});
    CHECK(service.asked_from() == address);
    service.client.says("BEGIN", {"transaction:t"});
    service.client.sends(address, "2", {"transaction:t"});
    CHECK(alice.sees() == "");
    service.client.says("COMMIT", {"transaction:t"});
    CHECK(alice.sees() == "2");
}
