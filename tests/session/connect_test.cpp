// CONNECT: PRODUCT 3 and 11, STOMP 1.2 "Connecting", "Protocol Negotiation".
#include <doctest/doctest.h>

#include <algorithm>

#include "tests/session/world.hpp"

using namespace causeway;
using namespace causeway::session;
using namespace causeway::session::testing;

TEST_CASE("STOMP is CONNECT by another name (STOMP 1.2, CONNECT)") {
    for (const char* const command : {"CONNECT", "STOMP"}) {
        World world;
        Client alice(world, "alice");
        alice.says(command, {"accept-version:1.2", "token:alice", "receipt:r"});
        const Seen connected = alice.takes("CONNECTED");
        CHECK(connected["version"] == "1.2");
        CHECK(connected["user-name"] == "alice");
        CHECK(connected["server"] == "causeway/test");
        CHECK(connected["session"] == std::to_string(value(alice.session->id())));
        CHECK(connected["heart-beat"] == "30000,30000");
        CHECK(connected["expires-at"] == "(none)");
        CHECK(alice.gets() == "");  // a receipt is not for CONNECT
        CHECK(alice.transport->allowed == 256 * 1024 + 32 * 1024);
    }
}

TEST_CASE("the highest version in common is spoken (STOMP 1.2, Protocol Negotiation)") {
    const std::pair<const char*, const char*> rows[] = {
        {"1.2", "1.2"},       {"1.0,1.1,1.2", "1.2"}, {"1.1", "1.1"}, {"1.1,1.0", "1.1"},
        {"1.2 , 1.1", "1.2"}, {"2.0,1.1", "1.1"},     {"1.0", "1.0"}};
    for (const auto& [offered, chosen] : rows) {
        World world;
        Client alice(world, "alice");
        alice.connects({std::string("accept-version:") + offered});
        CAPTURE(offered);
        const Seen connected = alice.takes("CONNECTED");
        const bool has_versions = std::string(chosen) != "1.0";
        CHECK(connected["version"] == (has_versions ? chosen : "(none)"));
        CHECK(connected["heart-beat"] == (has_versions ? "30000,30000" : "(none)"));
    }
}

TEST_CASE("without accept-version it is 1.0: no version, no heart-beats (STOMP 1.2, Protocol Negotiation)") {
    World world;
    Client alice(world, "alice");
    alice.connects({"accept-version:", "heart-beat:nonsense"});
    const Seen connected = alice.takes("CONNECTED");
    CHECK(connected["version"] == "(none)");
    CHECK(connected["heart-beat"] == "(none)");
    CHECK(connected["session"] != "(none)");
}

TEST_CASE("no version in common: ERROR that lists ours, then the end (STOMP 1.2, Protocol Negotiation)") {
    World world;
    Client alice(world, "alice");
    alice.connects({"accept-version:1.3,2.0"});
    CHECK(alice.refused() == "protocol-error 1002");
    CHECK(alice.takes("ERROR")["version"] == "1.0,1.1,1.2");
}

TEST_CASE("who cannot be known is refused with the code that says why (PRODUCT 3, 10)") {
    const std::pair<Lines, const char*> rows[] = {
        {{"token:"}, "auth-failed 1008"},
        {{"token:bad"}, "auth-failed 1008"},
        {{"token:old"}, "token-expired 4101"},
        {{"token:revoked"}, "token-revoked 4102"},
        {{"userId:bob"}, "auth-failed 1008"},
        {{"deviceId:" + std::string(129, 'd')}, "message-invalid 1008"},
        {{"heart-beat:1000"}, "protocol-error 1002"},
        {{"heart-beat:-1,0"}, "protocol-error 1002"},
    };
    for (const auto& [lines, expected] : rows) {
        World world;
        Client alice(world, "alice");
        alice.connects(lines);
        CAPTURE(lines[0]);
        CHECK(alice.refused() == expected);
        CHECK(alice.gets() == "ERROR");
        CHECK_FALSE(alice.session->connected());
        CHECK(world.users.users() == 0);
        CHECK(world.counters().sessions == 0);
    }
}

TEST_CASE("the token is taken from where clients can put it, headers first (PRODUCT 3)") {
    const std::tuple<Lines, const char*, const char*> rows[] = {
        {{"Authorization:Bearer alice"}, "", "alice"},
        {{"Authorization:alice"}, "", "alice"},
        {{"token:alice"}, "", "alice"},
        {{"login:x", "passcode:alice"}, "", "alice"},
        {{"login:x"}, "token=alice", "alice"},
        {{"login:x"}, "access_token=alice", "alice"},
        {{"Authorization:Bearer alice", "token:bob"}, "token=carol", "alice"},
        {{"token:bob", "passcode:carol"}, "token=carol", "bob"},
        {{"userId:alice", "token:alice"}, "", "alice"},
    };
    for (const auto& [lines, query, user] : rows) {
        World world;
        Client alice(world, "nobody", 0, net::Wire::kWebSocket, query);
        Lines all = lines;
        all.push_back("accept-version:1.2");
        alice.says("CONNECT", all);
        CAPTURE(lines[0]);
        CHECK(alice.takes("CONNECTED")["user-name"] == user);
    }
}

TEST_CASE("device and type of client come from headers, else from the query (PRODUCT 3)") {
    const std::tuple<Lines, const char*, const char*, const char*> rows[] = {
        {{"deviceId:phone", "clientType:ios"}, "deviceId=x", "phone", "ios"},
        {{"clientId:phone", "platform:web"}, "", "phone", "web"},
        {{"deviceType:tv"}, "deviceId=tv-1", "tv-1", "tv"},
        {{"x:y"}, "", "", ""},
    };
    for (const auto& [lines, query, device, type] : rows) {
        World world;
        Client alice(world, "alice", 0, net::Wire::kWebSocket, query);
        alice.connects(lines);
        CHECK(alice.session->device_id() == device);
        CHECK(alice.session->client_type() == type);
    }
}

TEST_CASE("a user has so many sessions over all shards, and one that ends makes room (PRODUCT 11)") {
    SessionLimits limits;
    limits.sessions_per_user = 2;
    World world({}, limits);
    Client first(world, "alice", 0);
    Client second(world, "alice", 1);
    Client third(world, "alice", 0);
    Client bob(world, "bob", 0);
    first.connects();
    second.connects();
    third.connects();
    bob.connects();
    CHECK(third.refused() == "rate-limited 4105");
    CHECK(second.refused() == "open");
    CHECK(bob.refused() == "open");
    CHECK(world.comings_and_goings == " +alice +bob");
    first.vanishes();
    Client fourth(world, "alice", 1);
    fourth.connects();
    CHECK(fourth.refused() == "open");
    second.vanishes();
    CHECK(world.comings_and_goings == " +alice +bob");
    fourth.says("DISCONNECT");
    CHECK(world.comings_and_goings == " +alice +bob -alice");
    CHECK(world.counters().sessions == 1);
}

TEST_CASE("the first frame is CONNECT, and there is no second one (STOMP 1.2, Connecting)") {
    World world(open_topics());
    Client bob(world, "bob");
    bob.connects();
    bob.subscribes("/topic/a");

    Client alice(world, "alice");
    alice.sends("/topic/a", "hi", {"receipt:r1"});
    CHECK(alice.refused() == "protocol-error 1002");
    CHECK(alice.takes("ERROR")["receipt-id"] == "r1");

    Client carol(world, "carol");
    carol.connects();
    carol.connects();
    CHECK(carol.refused() == "protocol-error 1002");
    CHECK(bob.sees() == "");
}

TEST_CASE("frames right behind CONNECT are applied in order, or dropped when it fails") {
    World world(open_topics());
    const std::string behind = frame("SUBSCRIBE", {"id:1", "destination:/topic/a"}) +
                               frame("SEND", {"destination:/topic/a", "receipt:r"}, "hi");
    Client alice(world, "alice");
    alice.gives(frame("CONNECT", {"accept-version:1.2", "token:alice"}) + behind);
    CHECK(alice.gets() == "CONNECTED MESSAGE RECEIPT");
    CHECK(alice.sees() == "hi");

    Client mallory(world, "mallory");
    mallory.gives(frame("CONNECT", {"accept-version:1.2", "token:bad"}) + behind);
    CHECK(mallory.gets() == "ERROR");
    CHECK(alice.sees() == "");
}

TEST_CASE("before CONNECTED there is little room, afterwards there is more (PRODUCT 11)") {
    World world(open_topics());
    const std::string lots(8000, 'x');
    Client mallory(world, "mallory");
    mallory.connects({"a:" + lots, "b:" + lots, "c:" + lots});
    CHECK(mallory.refused() == "message-too-large 1009");
    CHECK(mallory.takes("ERROR")["message"].find("limits.connect_bytes = 16384") != std::string::npos);

    Client alice(world, "alice");
    alice.connects();
    alice.sends("/topic/a", std::string(256 * 1024, 'x'),
                {"a:" + lots, "b:" + lots, "c:" + lots, "receipt:r"});
    alice.receipt("r");
    alice.sends("/topic/a", std::string(256 * 1024 + 1, 'x'));
    CHECK(alice.refused() == "message-too-large 1009");
}

TEST_CASE("who brings no token is let in as nobody in particular, if that is configured (PRODUCT 3)") {
    World world(
        {allow({"subscribe"}, "/topic/news/**", "anonymous"), allow({"send"}, "/topic/news/**", "users")});
    world.anonymous_are_let_in();
    Client guest(world, "");
    Client other(world, "");
    Client alice(world, "alice");
    Client mallory(world, "bad");
    guest.connects({"on-denied:notify"});
    other.connects();
    alice.connects();
    mallory.connects();
    const std::string name = guest.takes("CONNECTED")["user-name"];
    CHECK(name.starts_with("anonymous-"));
    CHECK(other.takes("CONNECTED")["user-name"] != name);
    CHECK(guest.session->identity().anonymous);
    CHECK_FALSE(alice.session->identity().anonymous);
    CHECK(mallory.refused() == "auth-failed 1008");  // a wrong token is not no token
    CHECK(world.comings_and_goings == " +alice");

    guest.subscribes("/topic/news/a");
    alice.sends("/topic/news/a", "hi");
    CHECK(guest.sees() == "hi");
    guest.subscribes("/user/queue/errors");  // for users
    CHECK(guest.notice() == "permission-denied");
    guest.sends("/app/heartbeat", "");
    CHECK(guest.notice() == "permission-denied");
}

TEST_CASE("a token's end is told in CONNECTED (PRODUCT 3)") {
    World world;
    world.expiries["alice"] = world.in(3600 * kSecond);
    Client alice(world, "alice");
    alice.connects();
    CHECK(alice.takes("CONNECTED")["expires-at"] == std::to_string(to_ms(world.in(3600 * kSecond))));
}
