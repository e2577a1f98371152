#include <doctest/doctest.h>

#include <fstream>

#include "tests/tools/admin_server.hpp"
#include "tests/tools/cli_fixture.hpp"

using namespace causeway;
using namespace causeway::ctl;

namespace {

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

std::string page(const char* path) {
    std::ifstream file(std::string(CAUSEWAY_SOURCE_DIR) + path);
    std::stringstream content;
    content << file.rdbuf();
    return content.str();
}

}  // namespace

TEST_CASE("a command line that makes no sense ends with 64 and says what is wrong") {
    const Shell shell;
    const std::pair<std::vector<std::string>, const char*> rows[] = {
        {{}, "subcommand is required"},
        {{"bogus"}, "bogus"},
        {{"connections"}, "subcommand is required"},
        {{"connections", "destroy"}, "destroy"},
        {{"status", "--colour"}, "not understood: --colour; see causewayctl status --help"},
        {{"tokens", "create", "--user", "u", "--for", "1h"},
         "not understood: --for 1h; see causewayctl tokens create"},
        {{"status", "-o", "xml"}, "xml"},
        {{"status", "--timeout", "0"}, "timeout"},
        {{"--url", "gopher://x", "status"}, "--url must start with"},
        {{"publish"}, "destination"},
        {{"publish", "/topic/a", "b", "c"}, "one BODY"},
        {{"publish", "--user", "ann", "x"}, "--queue"},
        {{"publish", "--user", "ann", "--everyone", "x"}, "exclude"},
        {{"publish", "--queue", "q", "/topic/a"}, "--queue goes with"},
        {{"publish", "/topic/a", "x", "-H", "novalue"}, "name:value"},
        {{"connections", "close"}, "ID"},
    };
    for (const auto& [words, part] : rows) {
        CAPTURE(part);
        const Ran ran = shell(words);
        CHECK(ran.code == 64);
        CHECK(ran.out == "");
        CHECK(contains(ran.err, part));
    }
}

TEST_CASE("help goes to stdout and ends with 0") {
    const Ran ran = Shell()({"--help"});
    CHECK(ran.code == 0);
    CHECK(contains(ran.out, "connections"));
    CHECK_FALSE(contains(ran.out, "docs"));  // hidden
    CHECK(ran.err == "");
}

TEST_CASE("no broker there is 69, no answer is 124, and something else there is 70") {
    const Shell shell;
    std::string dead_url;
    {
        AdminServer server;
        dead_url = server.url();
        server.canned = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
        const Ran ran = shell({"--url", server.url(), "status"});
        CHECK(ran.code == 70);
        CHECK(contains(ran.err, "admin listener"));
        server.canned = "HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\nhello";
        CHECK(shell({"--url", server.url(), "status"}).code == 1);
    }
    CHECK(shell({"--url", dead_url, "status"}).code == 69);
    CHECK(contains(shell({"--url", dead_url, "status"}).err, dead_url));

    // Listens, but nobody accepts.
    const int silent = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    REQUIRE(bind(silent, reinterpret_cast<sockaddr*>(&address), length) == 0);
    REQUIRE(listen(silent, 1) == 0);
    REQUIRE(getsockname(silent, reinterpret_cast<sockaddr*>(&address), &length) == 0);
    const std::string url = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
    CHECK(shell({"--url", url, "--timeout", "0.05", "status"}).code == 124);
    close(silent);
}

TEST_CASE("a wrong token is 77; the right one may come by option, file or environment") {
    AdminServer server;
    Shell shell;
    CHECK(shell({"--url", server.url(), "status"}).code == 0);
    CHECK(shell({"--url", server.url(), "--token", "wrong", "status"}).code == 77);
    shell.environment = {{"CAUSEWAYCTL_URL", server.url()}};
    CHECK(shell({"status"}).code == 77);
    CHECK(contains(shell({"status"}).err, "--token-file"));
    CHECK(shell({"status", "--token", "sesame"}).code == 0);

    char path[] = "/tmp/causewayctl_test_XXXXXX";
    const int file = mkstemp(path);
    REQUIRE(file >= 0);
    REQUIRE(write(file, "sesame\n", 7) == 7);
    close(file);
    CHECK(shell({"status", "--token-file", path}).code == 0);
    unlink(path);
    CHECK(shell({"status", "--token-file", path}).code == 66);
}

TEST_CASE("connections are listed over all pages, tab-separated into a pipe") {
    AdminServer server;
    for (std::uint64_t id = 1; id <= 1500; ++id) server.broker.opens(id, "user" + std::to_string(id));
    const Shell shell;
    const Ran ran = shell({"--url", server.url(), "connections", "list"});
    CHECK(ran.code == 0);
    CHECK(std::count(ran.out.begin(), ran.out.end(), '\n') == 1501);
    CHECK(contains(ran.out, "\n1500\tuser1500\t"));
    CHECK(server.log == std::vector<std::string>{"GET /api/v1/connections?limit=1000",
                                                 "GET /api/v1/connections?limit=1000&cursor=1000"});
    const Ran few = shell({"--url", server.url(), "conn", "ls", "--limit", "2", "--no-headers"});
    CHECK(std::count(few.out.begin(), few.out.end(), '\n') == 2);
    CHECK(contains(shell({"--url", server.url(), "conn", "ls", "--user", "user7", "-o", "json"}).out,
                   R"({"items":[{"id":"7")"));
}

TEST_CASE("a name chosen by a client cannot drive the terminal") {
    AdminServer server;
    server.broker.opens(1, "a\x1b[2J\tb\nc");
    Shell shell;
    CHECK(contains(shell({"--url", server.url(), "connections", "list"}).out, "\t"));
    CHECK_FALSE(contains(shell({"--url", server.url(), "connections", "list"}).out, "\x1b"));
    shell.terminal = true;
    const Ran ran = shell({"--url", server.url(), "--color", "never", "connections", "list", "--no-headers"});
    CHECK_FALSE(contains(ran.out, "\x1b"));
    CHECK(std::count(ran.out.begin(), ran.out.end(), '\n') == 1);
}

TEST_CASE("closing goes on after an id that is gone, and ends with 1") {
    AdminServer server;
    server.broker.opens(1, "ann");
    server.broker.opens(3, "bob");
    const Ran ran =
        Shell()({"--url", server.url(), "connections", "close", "1", "2", "3", "--reason", "a b&c"});
    CHECK(ran.code == 1);
    CHECK(ran.out == "closed 1\nclosed 3\n");
    CHECK(contains(ran.err, "connection 2: the broker answered 404 connection-unknown"));
    REQUIRE(server.broker.closed.size() == 2);
    CHECK(server.broker.closed[1] == std::pair<std::uint64_t, std::string>{3, "a b&c"});
}

TEST_CASE("publish sends to a destination, a user, or everyone") {
    AdminServer server;
    Shell shell;
    shell.input = std::string("from stdin \xff", 12);
    const auto publish = [&](std::vector<std::string> words) {
        words.insert(words.begin(), {"--url", server.url(), "publish"});
        const Ran ran = shell(words);
        CHECK(ran.err == "");
        REQUIRE(ran.code == 0);
        return server.broker.published.back();
    };
    admin::Publish sent =
        publish({"/topic/a", "hello", "-H", "x:1", "-H", "y: 2:3", "--content-type", "text/markdown"});
    CHECK(std::get<admin::ToDestination>(sent.to).destination == "/topic/a");
    CHECK(sent.body == "hello");
    CHECK(sent.content_type == "text/markdown");
    CHECK(sent.headers == std::vector<std::pair<std::string, std::string>>{{"x", "1"}, {"y", " 2:3"}});

    sent = publish({"--user", "ann", "--queue", "notifications", "{\"a\" : 1}", "--json", "--persistent"});
    CHECK(std::get<admin::ToUser>(sent.to).user == "ann");
    CHECK(sent.body == "{\"a\":1}");
    CHECK(sent.content_type == "application/json");
    CHECK(sent.persistent);

    sent = publish({"--everyone", "-"});
    CHECK(std::get<admin::ToEveryone>(sent.to).queue == "notifications");
    CHECK(sent.body == shell.input);
    CHECK(sent.content_type == "application/octet-stream");
}

TEST_CASE("what publish cannot send is 65 or 66, and what the broker refuses is 1") {
    AdminServer server;
    const Shell shell;
    CHECK(shell({"--url", server.url(), "publish", "/topic/a", "{", "--json"}).code == 65);
    CHECK(shell({"--url", server.url(), "publish", "/topic/a", "@/nonexistent/file"}).code == 66);
    const Ran ran = shell({"--url", server.url(), "publish", "topic", "x"});
    CHECK(ran.code == 1);
    CHECK(contains(ran.err, "message-invalid"));
    server.broker.result = Refusal{ErrorCode::kSendFailed, "the disk is full", ""};
    CHECK(shell({"--url", server.url(), "publish", "/topic/a", "x"}).code == 75);
}

TEST_CASE("health answers scripts with 0 and 1, and Nagios in its own words") {
    AdminServer server;
    const Shell shell;
    const auto nagios = [&] { return shell({"--url", server.url(), "health", "--format", "nagios"}); };
    using admin::Probe;
    server.broker.checks = {{"store", true, "", Probe::kReady, true}};
    CHECK(shell({"--url", server.url(), "health", "-q"}).code == 0);
    CHECK(nagios().code == 0);
    CHECK(nagios().out == "CAUSEWAY OK - all checks passed\n");

    server.broker.checks.push_back({"nats", false, "away", Probe::kReady, false});
    CHECK(shell({"--url", server.url(), "health"}).code == 0);
    CHECK(nagios().code == 1);
    CHECK(nagios().out == "CAUSEWAY WARNING - not required, but failed: nats\n");

    server.broker.checks[0].ok = false;
    CHECK(shell({"--url", server.url(), "health"}).code == 1);
    CHECK(shell({"--url", server.url(), "health", "--probe", "live"}).code == 0);
    CHECK(nagios().code == 2);
    CHECK(nagios().out == "CAUSEWAY CRITICAL - failed: store\n");

    server.canned = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]";
    CHECK(nagios().code == 3);
    CHECK(shell({"--url", "http://127.0.0.1:1", "health", "--format", "nagios"}).code == 2);
    CHECK(shell({"--url", "http://127.0.0.1:1", "health"}).code == 69);
}

TEST_CASE("docs/cli.md is what the command line says; else run: causewayctl docs cli > docs/cli.md") {
    CHECK(page("/docs/cli.md") == cli_markdown());
}
