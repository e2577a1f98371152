// causewayctl queues.
#include <doctest/doctest.h>

#include "tests/tools/admin_server.hpp"
#include "tests/tools/cli_fixture.hpp"

using namespace causeway;
using namespace causeway::ctl;

namespace {

struct QueueDesk {
    AdminServer server;
    Shell shell;

    Ran operator()(std::vector<std::string> words) const {
        words.insert(words.begin(), {"--url", server.url()});
        return shell(std::move(words));
    }
};

}  // namespace

TEST_CASE("queues are listed as a table over all pages") {
    QueueDesk desk;
    for (int i = 0; i < 1'500; ++i)
        desk.server.broker.queue_rows.push_back(
            {"/queue/" + std::to_string(10'000 + i), 1, 2, 3, 4, 5, 6, 7});
    const Ran ran = desk({"queues", "list", "--no-headers"});
    CHECK(ran.code == 0);
    CHECK(std::count(ran.out.begin(), ran.out.end(), '\n') == 1'500);
    CHECK(ran.out.find("/queue/11499") != std::string::npos);
}

TEST_CASE("a purge asks, and says how many it dropped") {
    QueueDesk desk;
    CHECK(desk({"queues", "purge", "/queue/a"}).code == 64);
    CHECK(desk.server.broker.purged.empty());
    const Ran ran = desk({"queues", "purge", "/queue/a", "--yes"});
    CHECK(ran.code == 0);
    CHECK(ran.out == "7 messages dropped\n");
    CHECK(desk.server.broker.purged == std::vector<std::string>{"/queue/a"});
    CHECK(desk({"queues"}).code == 64);
}

TEST_CASE("a purge that the broker cannot do is no success, and the text says why") {
    QueueDesk desk;
    desk.server.broker.broken = true;
    const Ran ran = desk({"queues", "purge", "/queue/a", "--yes"});
    CHECK(ran.code == 75);
    CHECK(ran.out.empty());
    CHECK(ran.err.find("the disk is full") != std::string::npos);
}
