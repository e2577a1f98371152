// STOMP said with ill will: too early, too late, too much, in another's name, by way of wildcards.
#include <doctest/doctest.h>

#include <random>

#include "tests/system/party.hpp"
#include "tests/system/siege.hpp"

using namespace causeway::test;
using namespace std::chrono_literals;

namespace {

const std::string kNul(1, '\0');

// What mallory may not listen to, however it is said.
const char* const kForeign[] = {"/user/bob/queue/open",
                                "/user/*/queue/open",
                                "/user/**",
                                "/user/>",
                                "/user/../bob/queue/open",
                                "/user/queue/../../bob/queue/open",
                                "/user/%62ob/queue/open",
                                "/**",
                                "/>",
                                ">",
                                "#",
                                "*",
                                "/topic",
                                "/topic/",
                                "$SYS.>",
                                "_INBOX.>",
                                "/topic/**/a",
                                "/topic/a*",
                                "/queue/>x",
                                "/app/*",
                                "/exchange/a",
                                "/topic//a",
                                "/topic/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17/*",
                                "/\xef\xbd\x8doper/x"};

// How it ends for `client` after what was said: the code of the ERROR and that of the close.
std::pair<std::string, int> end_of(StompClient& client) {
    std::string code = "none";
    while (const auto frame = client.sees())
        if (frame->command == "ERROR") code = frame->header("code").value_or("an ERROR without code");
    const auto close = client.sees_close(0ms);
    return {code, close ? close->code : 0};
}

// A header as nobody sane would write it, but lawful.
class Sender {
public:
    explicit Sender(std::uint64_t seed) : dice_(seed) {}
    std::string name(std::size_t index) { return "h" + std::to_string(index) + text("-_.~!\xc3\xa4", 4); }
    std::string value() { return text("\n\r:\\cnr \t\0x\xf0\x9f\x98\x80", 24); }
    std::string body() { return text("\0\n\r:\\MESSAGEsubcription", 60); }
    std::size_t below(std::size_t most) { return dice_() % most; }

private:
    template <std::size_t N>
    std::string text(const char (&alphabet)[N], std::size_t most) {
        // UTF-8 letters stay whole.
        std::vector<std::string> letters;
        for (std::size_t i = 0; i + 1 < N; ++i) {
            const auto octet = static_cast<unsigned char>(alphabet[i]);
            if ((octet & 0xc0U) == 0x80)
                letters.back() += alphabet[i];
            else
                letters.emplace_back(1, alphabet[i]);
        }
        std::string made;
        for (std::size_t i = below(most + 1); i > 0; --i) made += letters[below(letters.size())];
        return made;
    }
    std::mt19937_64 dice_;
};

}  // namespace

TEST_CASE("after DISCONNECT nothing counts, and a CONNECT may come in a hundred pieces") {
    Siege siege;
    StompClient listener = enters(siege.broker, {"listener"});
    REQUIRE(listener.subscribes("/topic/open/a").command == "RECEIPT");
    StompClient mallory = enters(siege.broker, {"mallory"});
    const std::string send = "SEND\ndestination:/topic/open/a\n\nsmuggled" + kNul;
    mallory.raw_text("DISCONNECT\nreceipt:bye\n\n" + kNul + send + send);
    until_refused([&] { mallory.raw_text(send); });
    const auto receipt = mallory.sees();
    CHECK((receipt && receipt->header("receipt-id") == "bye"));
    mallory.vanishes();

    StompClient pieces(siege.port());
    const std::string connect =
        "CONNECT\naccept-version:1.2\nhost:x\npasscode:" + token_for("pieces") + "\n\n" + kNul;
    const std::size_t size = connect.size() / 100 + 1;
    for (std::size_t at = 0; at < connect.size(); at += size) pieces.raw_text(connect.substr(at, size));
    CHECK(pieces.sees().value().command == "CONNECTED");
    CHECK(listener.everything_so_far().empty());
    for (auto* client : {&listener, &pieces}) client->vanishes();
    CHECK(siege.outcome() == "");
}

TEST_CASE("what is over a limit names it, and nothing of it is heard of again") {
    Siege siege;
    StompClient listener = enters(siege.broker, {"listener"});
    REQUIRE(listener.subscribes("/topic/open/a").command == "RECEIPT");
    const std::string send = "SEND\ndestination:/topic/open/a\n";
    struct Row {
        const char* what;
        std::string octets;
        const char* code;
        int close;
    };
    for (const Row& row : {
             Row{"a command of 33", std::string(33, 'A') + "\n\n" + kNul, "protocol-error", 1002},
             Row{"a MiB without a line's end", std::string(1 << 20, 'A'), "", 0},
             Row{"a MiB of headers",
                 send +
                     [] {
                         std::string lines;
                         while (lines.size() < 1 << 20) lines += "a:b\n";
                         return lines;
                     }(),
                 "message-too-large", 1009},
             Row{"a length with a blank", send + "content-length: 5\n\nhello" + kNul, "protocol-error", 1002},
             Row{"a length of nothing", send + "content-length:\n\nhello" + kNul, "protocol-error", 1002},
             Row{"a length of twenty digits", send + "content-length:99999999999999999999\n\nx" + kNul, "",
                 0},
             Row{"a body of the limit and one", send + "\n" + std::string(256 * 1024 + 1, 'x') + kNul,
                 "message-too-large", 1009},
             Row{"a command in small letters", "send\ndestination:/topic/open/a\n\nx" + kNul,
                 "protocol-error", 1002},
             Row{"no destination", "SEND\n\nx" + kNul, "protocol-error", 1002},
         }) {
        CAPTURE(row.what);
        StompClient client(siege.port());
        client.logs_in(token_for("mallory"));
        // In messages that WebSocket has nothing against.
        until_refused([&] {
            for (std::size_t at = 0; at < row.octets.size(); at += 32 * 1024)
                client.raw_text(row.octets.substr(at, 32 * 1024));
        });
        std::pair<std::string, int> end{"reset", 1006};
        until_refused([&] { end = end_of(client); });
        if (*row.code && end.second != 1006) CHECK(end.first == row.code);
        if (row.close && end.second != 1006) CHECK(end.second == row.close);
        CHECK(end.second >= 1002);
    }
    StompClient destinations = enters(siege.broker, {"mallory"});
    const std::string longest = "/topic/open/" + std::string(255 - 12, 'a');
    REQUIRE(listener.subscribes(longest).command == "RECEIPT");
    CHECK(destinations.sends_and_waits(longest, "").command == "RECEIPT");
    CHECK(destinations.sends_and_waits(longest + "a", "").header("code") == "message-invalid");
    CHECK(listener.sees().value().header("destination") == longest);
    CHECK(listener.everything_so_far().empty());
    CHECK(siege.growth() < 8 * kMiB);
    for (auto* client : {&listener, &destinations}) client->vanishes();
    CHECK(siege.outcome() == "");
}

TEST_CASE("random headers and bodies arrive as they were said, in one frame, and not in the server's name") {
    Siege siege;
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    Sender dice(seed);
    StompClient listener = enters(siege.broker, {"listener"});
    REQUIRE(listener.subscribes("/topic/open/a", {{"id", "own"}}).command == "RECEIPT");
    StompClient mallory = enters(siege.broker, {"mallory"});
    const int rounds = sized(2'000, 200'000);
    for (int i = 0; i < rounds; ++i) {
        StompHeaders said;
        for (std::size_t k = dice.below(5); k > 0; --k) {
            said.emplace_back(dice.name(k), dice.value());
            std::erase(said.back().second, '\0');  // the one octet that no header can carry
        }
        StompHeaders all = said;
        for (const char* const owned : {"message-id", "subscription", "sender-id", "timestamp", "sequence",
                                        "offset", "redelivered", "ack", "user-name", "receipt-id"})
            if (dice.below(4) == 0) all.emplace_back(owned, "forged\n" + std::string(owned));
        if (!said.empty()) all.emplace_back(said.front().first, "the second of two");
        const std::string body = dice.body();
        mallory.sends("/topic/open/a", body, all);
        const auto heard = listener.sees();
        REQUIRE(heard);
        REQUIRE(heard->command == "MESSAGE");
        REQUIRE(heard->body == body);
        for (const auto& [name, value] : said) {
            CAPTURE(name);
            REQUIRE(heard->header(name) == value);
        }
        REQUIRE(heard->header("subscription") == "own");
        REQUIRE(heard->header("sender-id") == "mallory");
        REQUIRE(text_of(*heard).substr(0, text_of(*heard).find("\n\n")).find("forged") == std::string::npos);
    }
    CHECK(listener.everything_so_far().empty());
    for (auto* client : {&listener, &mallory}) client->vanishes();
    CHECK(siege.outcome() == "");
}

TEST_CASE("a flood of SUBSCRIBEs ends at the limit, costs little, and is forgotten with its session") {
    Siege siege;
    const double subscriptions = siege.broker.metric("causeway_subscriptions");
    const int frames = sized(20'000, 1'000'000);
    StompClient mallory = enters(siege.broker, {"mallory"});
    const auto flood = [&](const auto& frame_of) {
        // Refusals are read as they come: who does not read them is a slow consumer, and gone at once.
        for (int i = 0; i < frames; i += 100) {
            std::string block;
            for (int k = i; k < i + 100; ++k) block += frame_of(k);
            mallory.raw_text(block);
            REQUIRE(mallory.sends_and_waits("/topic/open/none", "").command == "RECEIPT");
            while (mallory.sees(0ms)) {
            }
        }
    };
    SUBCASE("ids of their own") {
        flood([](int i) {
            return "SUBSCRIBE\nid:" + std::to_string(i) + "\ndestination:/topic/open/" + std::to_string(i) +
                   "\n\n" + kNul;
        });
        CHECK(siege.broker.metric("causeway_subscriptions") <= subscriptions + 200);
    }
    SUBCASE("in and out") {
        flood([](int i) {
            const std::string id = std::to_string(i % 50);
            return (i / 50) % 2 == 0 ? "SUBSCRIBE\nid:" + id + "\ndestination:/topic/open/" +
                                           std::to_string(i) + ".*\n\n" + kNul
                                     : "UNSUBSCRIBE\nid:" + id + "\n\n" + kNul;
        });
    }
    SUBCASE("nothing read") {
        until_refused([&] {
            for (int i = 0; i < frames; i += 100) {
                std::string block;
                for (int k = i; k < i + 100; ++k)
                    block += "SUBSCRIBE\nid:" + std::to_string(k) +
                             "\ndestination:/topic/open/x\nreceipt:r\n\n" + kNul;
                mallory.raw_text(block);
            }
        });
    }
    SUBCASE("one user, again and again") {
        for (int i = 0; i < frames / 200; ++i) {
            StompClient again = enters(siege.broker, {"mallory"});
            REQUIRE(again.subscribes("/topic/open/x").command == "RECEIPT");
            again.vanishes();
        }
    }
    mallory.vanishes();
    CHECK(eventually([&] { return siege.broker.metric("causeway_subscriptions") == subscriptions; }));
    CHECK(siege.growth() < 12 * kMiB);
    CHECK(siege.outcome() == "");
}

TEST_CASE("wildcards and names reach no further than the rules") {
    Siege siege;
    StompClient bob = enters(siege.broker, {"bob"});
    REQUIRE(bob.subscribes("/user/queue/open").command == "RECEIPT");
    std::vector<std::unique_ptr<StompClient>> villains;
    for (const std::string name : {"*", ">", "**", "#", "../bob", "bob/queue", "{user}", "%62ob",
                                   "b\xd0\xbe"
                                   "b"}) {
        CAPTURE(name);
        auto villain = std::make_unique<StompClient>(siege.port());
        const auto answer = villain->connects({{"passcode", token_for(name)}, {"on-denied", "notify"}});
        if (answer.command != "CONNECTED") continue;  // a name that is none: as good
        (void)villain->subscribes("/user/queue/open");
        villains.push_back(std::move(villain));
    }
    auto mallory = std::make_unique<StompClient>(enters(siege.broker, {"mallory"}));
    for (const std::string destination : kForeign) {
        CAPTURE(destination);
        CHECK(mallory->subscribes(destination).command != "RECEIPT");
    }
    // A pattern is taken if some rule overlaps it, and gives what the rules give.
    for (const std::string destination :
         {"/topic/>", "/topic/#", "/topic/**", "/topic/*/*", "/topic/open.**"})
        (void)mallory->subscribes(destination);
    villains.push_back(std::move(mallory));

    StompClient admin = enters(siege.broker, {"admin", {}, {"admin"}});
    for (const std::string destination :
         {"/topic/secret", "/topic/secret/x", "/topic/role/admin", "/topic/business.x"})
        CHECK(admin.sends_and_waits(destination, "secret").command == "RECEIPT");
    CHECK(admin.sends_and_waits("/user/bob/queue/open", "for bob").command == "RECEIPT");
    CHECK(bob.sees_body() == "for bob");
    for (const auto& villain : villains)
        for (const auto& frame : villain->everything_so_far())
            CHECK((frame.body != "secret" && frame.body != "for bob"));
    villains.clear();
    for (auto* client : {&bob, &admin}) client->vanishes();
    CHECK(siege.outcome() == "");
}

TEST_CASE("ten thousand overlapping patterns give each message once each, and nobody waits for them") {
    Siege siege;
    constexpr int kEach = 199;
    const int sessions = sized(5, 50);
    std::vector<StompClient> collectors;
    for (int s = 0; s < sessions; ++s) {
        collectors.push_back(enters(siege.broker, {"collector" + std::to_string(s)}));
        std::string block;
        for (int i = 0; i < kEach; ++i) {
            std::string pattern = "/topic/open";
            for (int k = 0; k < 8; ++k) pattern += (i >> k) % 2 == 0 ? "/*" : "/a";
            block += "SUBSCRIBE\nid:" + std::to_string(i) + "\ndestination:" + pattern + "\n\n" + kNul;
        }
        collectors.back().raw_text(block);
        CHECK(collectors.back().everything_so_far().empty());
    }
    StompClient publisher = enters(siege.broker, {"publisher"});
    CHECK(publisher.sends_and_waits("/topic/open/a/a/a/a/a/a/a/a", "hit").command == "RECEIPT");
    CHECK(publisher.sends_and_waits("/topic/open/a/a/a/a/a/a/a/a/a", "miss").command == "RECEIPT");
    for (auto& collector : collectors) {
        for (int i = 0; i < kEach; ++i) REQUIRE(collector.sees_body() == "hit");
        CHECK(collector.everything_so_far().empty());
        collector.vanishes();
    }
    publisher.vanishes();
    CHECK(siege.outcome() == "");
}
