// What operators do to the store by causewayctl: tables, JSON, questions asked, exit codes.
#include <doctest/doctest.h>
#include <sys/stat.h>

#include <algorithm>
#include <fstream>

#include "tests/support/temporary_directory.hpp"
#include "tests/tools/admin_server.hpp"
#include "tests/tools/cli_fixture.hpp"

using namespace causeway;
using namespace causeway::ctl;

namespace {

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

struct Desk {
    AdminServer server;
    admin::FakeStore& store = server.broker.store;
    Shell shell;

    Ran operator()(std::vector<std::string> words) const {
        words.insert(words.begin(), {"--url", server.url()});
        return shell(std::move(words));
    }
};

}  // namespace

TEST_CASE("store commands that make no sense end with 64 before anything happens") {
    const Desk desk;
    const std::pair<std::vector<std::string>, const char*> rows[] = {
        {{"cursors"}, "subcommand is required"},
        {{"cursors", "reset"}, "--user"},
        {{"cursors", "reset", "--user", "ann", "--device", "d", "--to", "x"}, "--to"},
        {{"cursors", "reset", "--user", "ann"}, "--yes"},
        {{"outbox"}, "subcommand is required"},
        {{"history"}, "LOG"},
        {{"history", "c", "--limit", "201"}, "--limit"},
        {{"backup"}, "FILE"},
        {{"backup", "copy.db"}, "absolute"},
        {{"backup", "-"}, "absolute"},
        {{"users", "export"}, "USER"},
        {{"users", "erase", "ann"}, "--yes"},
    };
    for (const auto& [words, part] : rows) {
        CAPTURE(words.front());
        CAPTURE(part);
        const Ran ran = desk(words);
        CHECK(ran.code == 64);
        CHECK(contains(ran.err, part));
    }
    CHECK(desk.store.resets.empty());
    CHECK(desk.store.erased.empty());
    CHECK(desk.server.log.empty());
}

TEST_CASE("cursors are listed as a table and as JSON") {
    Desk desk;
    desk.store.kept = {{"ann", "phone", "/user/queue/messages", 42, 1'800'000'000'000},
                       {"bob", "web", "/topic/a", 7, 1'800'000'000'000}};
    CHECK(desk({"cursors", "list"}).out ==
          "USER\tDEVICE\tLOG\tOFFSET\tMOVED\n"
          "ann\tphone\t/user/queue/messages\t42\t2027-01-15T08:00:00.000Z\n"
          "bob\tweb\t/topic/a\t7\t2027-01-15T08:00:00.000Z\n");
    CHECK(desk({"cursors", "ls", "--user", "ann", "--device", "x y", "-o", "json"}).out ==
          "{\"items\":[]}\n");
    CHECK(contains(desk.server.log.back(), "/api/v1/cursors?user=ann&device=x%20y&limit=1000"));
}

TEST_CASE("a reset of one device is done at once, of a whole user when somebody says so") {
    Desk desk;
    CHECK(
        desk({"cursors", "reset", "--user", "ann", "--device", "d", "--log", "/topic/a", "--to", "7"}).code ==
        0);
    CHECK(desk({"cursors", "reset", "--user", "ann", "--yes"}).code == 0);
    desk.shell.somebody = true;
    desk.shell.input = "y\n";
    CHECK(desk({"cursors", "reset", "--user", "ann"}).code == 0);
    CHECK(desk.store.resets.size() == 3);
    CHECK(desk.store.resets[0].to == 7);
    CHECK_FALSE(desk.store.resets[1].to);
    desk.shell.input = "\n";
    const Ran ran = desk({"cursors", "reset", "--user", "ann"});
    CHECK(ran.code == 1);
    CHECK(contains(ran.err, "[y/N]"));
    CHECK(desk.store.resets.size() == 3);
}

TEST_CASE("the outbox is listed over all pages and told to try again") {
    Desk desk;
    for (std::uint64_t id = 1; id <= 1500; ++id)
        desk.store.waiting.push_back({id, "communication.message.sent", "m" + std::to_string(id), 0, 10});
    const Ran ran = desk({"outbox", "list", "--no-headers"});
    CHECK(std::count(ran.out.begin(), ran.out.end(), '\n') == 1500);
    CHECK(contains(ran.out, "1500\tcommunication.message.sent\tm1500\t1970-01-01T00:00:00.000Z\t10\n"));
    CHECK(desk({"outbox", "retry"}).out == "1500 events wait; trying now\n");
    CHECK(desk.store.retries == 1);
}

TEST_CASE("history shows who said what, of a conversation, a topic or a queue") {
    Desk desk;
    desk.store.messages = {
        true,
        {{8, 2, "",
          R"({"messageId":"m","type":0,"senderId":"ann","timestamp":1800000000000,)"
          R"("chat":{"content":"{\"content\":\"hello\",\"contentExtra\":null}"}})"},
         {9, 0, "/topic/a", R"({"messageId":"n","type":44,"timestamp":0,"opaque":{"body":"aGk="}})"}},
        true};
    const Ran ran = desk({"history", "lobby", "--before", "9", "--limit", "2"});
    CHECK(ran.code == 0);
    CHECK(contains(ran.out, "2\t8\t2027-01-15T08:00:00.000Z\tann\tm\t0\thello\n"));
    CHECK(contains(ran.out, "\thi\n"));
    CHECK(contains(ran.err, "there is more"));
    CHECK(desk.store.asked.conversation == "lobby");
    (void)desk({"history", "/topic/conversation/a b"});
    CHECK(desk.store.asked.conversation == "a b");
    const Ran json = desk({"history", "/topic/a", "-o", "json"});
    CHECK(desk.store.asked.destination == "/topic/a");
    CHECK(admin::parse_json(json.out).value()["items"].size() == 2);
    desk.store.messages = {};
    CHECK(desk({"history", "nobody"}).code == 1);
}

TEST_CASE("a user is exported to stdout or into a new file of his own, slice by slice") {
    const Desk desk;
    const std::string all = "{\"kind\":\"user\"}\n{\"kind\":\"entry\"}\n";
    CHECK(desk({"users", "export", "ann"}).out == all);
    const test::TemporaryDirectory directory;
    const std::string file = directory / "ann.jsonl";
    CHECK(desk({"users", "export", "ann", "--output", file}).out == "");
    std::stringstream content;
    content << std::ifstream(file).rdbuf();
    CHECK(content.str() == all);
    struct stat facts {};
    REQUIRE(::stat(file.c_str(), &facts) == 0);
    CHECK((facts.st_mode & 07777U) == 0600U);
    CHECK(desk({"users", "export", "ann", "--output", file}).code == 66);
}

TEST_CASE("a user is erased slice by slice until nothing is left") {
    Desk desk;
    desk.store.erase_slices = 3;
    desk.server.broker.opens(1, "ann");
    CHECK(desk({"users", "erase", "ann", "--yes"}).out == "erased ann: 30 rows, connections closed: 1\n");
    CHECK(desk.store.erased.size() == 3);
}

TEST_CASE("backup and verify wait for their end and say what came of it") {
    Desk desk;
    desk.store.end_at_once = admin::BackupEnd(std::uint64_t{4096});
    CHECK(desk({"backup", "/backup/a.db"}).out == "/backup/a.db: 4096 bytes in 0 ms\n");
    desk.store.end_at_once = admin::BackupEnd(admin::StoreTrouble{"the file exists"});
    const Ran failed = desk({"backup", "/backup/a.db"});
    CHECK(failed.code == 1);
    CHECK(contains(failed.err, "the file exists"));

    desk.store.verdict = admin::Verdict{{}, 10, 2};
    CHECK(desk({"verify"}).out == "sound: 10 entries, 2 conversations in 0 ms\n");
    desk.store.verdict = admin::Verdict{{"entry 7 is in no log"}, 10, 2};
    const Ran damaged = desk({"verify"});
    CHECK(damaged.code == 1);
    CHECK(contains(damaged.out, "entry 7 is in no log\ndamaged: 10 entries"));
}

TEST_CASE("one job at a time; without waiting it goes on by itself") {
    Desk desk;
    CHECK(desk({"backup", "/backup/a.db", "--no-wait"}).out == "started job 1\n");
    const Ran second = desk({"verify"});
    CHECK(second.code == 1);
    CHECK(contains(second.err, "job-running"));
    desk.store.end_backup(std::uint64_t{1});
}

TEST_CASE("a store that does not answer is 75: try again later") {
    Desk desk;
    desk.store.trouble = admin::StoreTrouble{"it is busy"};
    desk.store.refusal = Refusal{ErrorCode::kSendFailed, "the disk is full", ""};
    CHECK(desk({"cursors", "list"}).code == 75);
    CHECK(desk({"outbox", "retry"}).code == 75);
    CHECK(desk({"users", "export", "ann"}).code == 75);
    CHECK(desk({"users", "erase", "ann", "--yes"}).code == 75);
}
