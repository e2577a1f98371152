// What operators do with the store of a running broker, by causewayctl as they would.
#include <doctest/doctest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/system/party.hpp"

using namespace causeway::test;
using Json = nlohmann::json;

namespace {

struct Ran {
    ExitStatus ended;
    std::string said;  // on stdout and stderr
};

Ran causewayctl(const BrokerProcess& broker, std::vector<std::string> words) {
    std::vector<std::string> argv{causewayctl_binary(), "--url",
                                  "http://127.0.0.1:" + std::to_string(broker.admin_port())};
    argv.insert(argv.end(), std::make_move_iterator(words.begin()), std::make_move_iterator(words.end()));
    Process process(std::move(argv), {{"CAUSEWAYCTL_TOKEN", "admin-token-of-the-tests-0123456789abcdef"}});
    const ExitStatus ended = process.wait_for_exit();
    return {ended, process.output()};
}

constexpr ExitStatus kGood{0, 0};
constexpr ExitStatus kNo{1, 0};

// Alice, with a device, and Bob have written to each other.
void chat_a_little(const BrokerProcess& broker) {
    StompClient alice = enters(broker, {"alice", {{"deviceId", "phone"}}});
    StompClient bob = enters(broker, {"bob"});
    REQUIRE(alice.subscribes("/user/queue/private-messages").command == "RECEIPT");
    REQUIRE(bob.sends_and_waits("/app/private-message", private_message("alice", "hello alice")).command ==
            "RECEIPT");
    REQUIRE(said(alice.sees().value()) == "hello alice");
    REQUIRE(alice.sends_and_waits("/app/private-message", private_message("bob", "hello bob")).command ==
            "RECEIPT");
    alice.says("DISCONNECT", {{"receipt", "bye"}});
    REQUIRE(alice.sees_close());
}

}  // namespace

TEST_CASE("cursors of devices are listed and reset") {
    BrokerProcess broker(unhurried());
    chat_a_little(broker);
    const auto listed = [&] {
        return causewayctl(broker, {"cursors", "list", "--user", "alice", "--no-headers"});
    };
    CHECK(
        eventually([&] { return listed().said.find("alice\tphone\t/user/queue/private-messages\t") == 0; }));
    CHECK(causewayctl(broker, {"cursors", "list"}).said.find("phone") != std::string::npos);
    CHECK(causewayctl(broker, {"cursors", "list", "--device", "tablet", "--no-headers"}).said.empty());
    CHECK(causewayctl(broker, {"cursors", "reset", "--user", "alice", "--device", "phone", "--log",
                               "/user/queue/private-messages", "--to", "0"})
              .ended == kGood);
    CHECK(listed().said.find("\t0\t") != std::string::npos);
    // And so the device gets everything again, but for what it sent itself.
    StompClient alice = enters(broker, {"alice", {{"deviceId", "phone"}}});
    REQUIRE(alice.subscribes("/user/queue/private-messages").command == "RECEIPT");
    CHECK(said(alice.sees().value()) == "hello alice");
    CHECK(causewayctl(broker, {"cursors", "reset", "--user", "alice"}).ended == ExitStatus{64, 0});
    CHECK(causewayctl(broker, {"cursors", "reset", "--user", "bob", "--yes"}).ended == kGood);
}

TEST_CASE("history shows what was kept, whoever may read it") {
    BrokerProcess broker(unhurried());
    StompClient alice = enters(broker, {"alice"});
    REQUIRE(alice
                .sends_and_waits("/app/conversations/create",
                                 R"({"conversationId":"lobby","members":["alice","bob"]})")
                .command == "RECEIPT");
    for (const char* text : {"one", "two", "three"})
        REQUIRE(alice.sends_and_waits("/app/chat", chat("lobby", text)).command == "RECEIPT");
    const Ran newest = causewayctl(broker, {"history", "lobby", "--limit", "2", "--no-headers", "-q"});
    CHECK(newest.ended == kGood);
    CHECK(newest.said.find("\tone\n") == std::string::npos);
    CHECK(newest.said.find("\ttwo\n") < newest.said.find("\tthree\n"));
    const auto page =
        Json::parse(causewayctl(broker, {"history", "lobby", "--before", "2", "-o", "json"}).said);
    REQUIRE(page.at("items").size() == 1);
    CHECK(page.at("items")[0].at("sequence") == 1);
    CHECK(page.at("items")[0].at("message").at("senderId") == "alice");
    CHECK(causewayctl(broker, {"history", "nobody"}).ended == kNo);
}

TEST_CASE("what an operator publishes to be kept waits in the user's inbox") {
    BrokerProcess broker(unhurried());
    const auto publish = [&](const std::string& text) {
        return causewayctl(broker, {"publish", "--user", "alice", "--queue", "news", "--persistent", text,
                                    "-H", "colour:red", "-o", "json"});
    };
    const Ran first = publish("while you were away");
    REQUIRE(first.ended == kGood);
    const auto answer = Json::parse(first.said);
    CHECK(answer.at("stored") == true);
    CHECK(answer.at("offset") > 0);
    broker.restart();
    StompClient alice = enters(broker, {"alice"});
    REQUIRE(alice.subscribes("/user/queue/news", {{"resume-after", "0"}}).command == "RECEIPT");
    const auto kept = alice.sees().value();
    CHECK(kept.body == "while you were away");
    CHECK(kept.header("colour") == "red");
    CHECK(publish("now").ended == kGood);
    CHECK(alice.sees_body() == "now");
    CHECK(causewayctl(broker, {"history", "/user/alice/queue/news", "--no-headers"}).said.find("\tnow\n") !=
          std::string::npos);
    CHECK(causewayctl(broker, {"publish", "/topic/a", "x", "--persistent"}).ended == kNo);
}

TEST_CASE("a backup is a store of its own, and verify finds a sound one sound") {
    BrokerProcess broker(unhurried());
    chat_a_little(broker);
    const TemporaryDirectory directory;
    std::filesystem::create_directory(directory.path() / "copy");
    const std::string file = directory / "copy/causeway.db";
    const Ran made = causewayctl(broker, {"backup", file});
    CHECK_MESSAGE(made.ended == kGood, made.said);
    struct stat facts {};
    REQUIRE(::stat(file.c_str(), &facts) == 0);
    CHECK((facts.st_mode & 07777U) == 0600U);
    CHECK(causewayctl(broker, {"backup", file}).ended == kNo);
    CHECK(causewayctl(broker, {"backup", "relative.db"}).ended == ExitStatus{64, 0});
    const Ran verified = causewayctl(broker, {"verify"});
    CHECK_MESSAGE(verified.ended == kGood, verified.said);
    CHECK(verified.said.find("sound: 2 entries") == 0);

    ::chmod((directory / "copy").c_str(), 0700);
    BrokerProcess::Options options = unhurried();
    options.set.push_back("storage.path=" + (directory / "copy"));
    BrokerProcess restored(options);
    const auto exported = causewayctl(restored, {"users", "export", "alice"});
    CHECK(exported.said.find("hello bob") != std::string::npos);
}

TEST_CASE("a user is exported as JSON lines, and erased for good") {
    BrokerProcess broker(unhurried());
    chat_a_little(broker);
    const TemporaryDirectory directory;
    const std::string file = directory / "alice.jsonl";
    CHECK(causewayctl(broker, {"users", "export", "alice", "--output", file}).ended == kGood);
    std::ifstream lines(file);
    int count = 0;
    std::string all;
    for (std::string line; std::getline(lines, line); ++count) {
        CHECK(Json::accept(line));
        all += line;
    }
    CHECK(count > 0);
    CHECK(all.find("hello bob") != std::string::npos);

    CHECK(causewayctl(broker, {"users", "erase", "alice"}).ended == ExitStatus{64, 0});
    const Ran erased = causewayctl(broker, {"users", "erase", "alice", "--yes"});
    CHECK_MESSAGE(erased.ended == kGood, erased.said);
    CHECK(causewayctl(broker, {"users", "export", "alice"}).said.find("hello bob") == std::string::npos);
    CHECK(causewayctl(broker, {"verify"}).ended == kGood);
}

TEST_CASE("without NATS nothing waits in the outbox, and there is nobody to send it") {
    BrokerProcess broker;
    CHECK(causewayctl(broker, {"outbox", "list", "--no-headers"}).said.empty());
    CHECK(causewayctl(broker, {"outbox", "retry"}).ended == ExitStatus{75, 0});
    CHECK(broker.metric("causeway_outbox_events") == 0);
    CHECK(broker.metric("causeway_store_file_bytes") > 0);
    CHECK(broker.metric("causeway_store_free_bytes") > 0);
}
