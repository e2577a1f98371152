// Peers that do not go when they are told to, and browsers that never come back for the rest.
#include <doctest/doctest.h>

#include "tests/system/party.hpp"
#include "tests/system/siege.hpp"

using namespace causeway::test;
using namespace std::chrono_literals;

namespace {

std::string post(const std::string& path, const std::string& body = {}) {
    return "POST " + path + " HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
}

// What comes up to and with `end`.
std::string hears(Socket& socket, const std::string& end) {
    std::string heard;
    while (heard.find(end) == std::string::npos) {
        const auto more = socket.receive();
        if (!more || more->empty()) return heard + "(over)";
        heard += *more;
    }
    return heard;
}

double polling(const Siege& siege) {
    return siege.broker.metric("causeway_connections{transport=\"xhr_polling\"}");
}

}  // namespace

TEST_CASE("a peer that answers our Close with 100,000 frames is cut, and is not worth many lines of log") {
    Siege siege;
    const auto lines = siege.log_lines();
    StompClient mallory = enters(siege.broker, {"mallory"});
    mallory.raw_text(std::string("HELLO\n\n\0", 8));
    std::string block;
    for (int i = 0; i < 10'000; ++i) block += masked(0x81, "\n");
    until_refused([&] {
        for (int i = 0; i < 10; ++i) mallory.raw_bytes(block);
        // 100,000 and as many more as it takes.
        for (;; (void)throughout(1ms, [] { return true; })) mallory.raw_bytes(masked(0x81, "\n"));
    });
    CHECK(siege.lets_go());
    CHECK(siege.log_lines() - lines <= 5);
    CHECK(siege.growth() < 4 * kMiB);
    CHECK(siege.outcome() == "");
}

TEST_CASE("SockJS polls whose browsers are gone leave nothing behind") {
    const int sessions = sized(100, 1000);
    allow_descriptors(4096);
    auto options = open_to_strangers({"limits.connect_timeout=10m"});
    options.wrapper = {"prlimit", "--nofile=4096"};
    Siege siege(options);
    std::vector<Socket> polls;
    for (int i = 0; i < sessions; ++i) {
        const std::string session = "/ws/000/gone" + std::to_string(i);
        polls.push_back(Socket::connect(siege.port()));
        polls.back().send(post(session + "/xhr"));
        CHECK(hears(polls.back(), "o\n").find("200 OK") != std::string::npos);
        polls.back().send(post(session + "/xhr"));
    }
    CHECK(eventually([&] { return polling(siege) == sessions; }));
    CHECK(siege.growth() <
          static_cast<std::uint64_t>(sessions) * 40 * 1024 + 4 * kMiB);  // their sockets included
    // A second poll of the same session is told so.
    Socket second = Socket::connect(siege.port());
    second.send(post("/ws/000/gone0/xhr"));
    CHECK(hears(second, "]\n").find("c[2010,\"Another connection still open\"]") != std::string::npos);
    second.close();
    for (std::size_t i = 0; i < polls.size(); ++i) {
        if (i % 2 == 0)
            polls[i].reset();
        else
            polls[i].close();
    }
    CHECK(eventually([&] { return polling(siege) == 0; }));
    polls.clear();
    CHECK(siege.outcome() == "");
}

TEST_CASE("SockJS sessions that nobody opened cost nothing, and names that are none are not found") {
    Siege siege;
    Socket socket = Socket::connect(siege.port());
    const int ids = sized(2000, 10'000);
    for (int i = 0; i < ids; ++i) {
        socket.send(post("/ws/000/never" + std::to_string(i) + "/xhr_send", "[\"x\"]"));
        REQUIRE(hears(socket, "there is no such session").starts_with("HTTP/1.1 404"));
    }
    socket.send(post("/ws/000/" + std::string(1024, 'i') + "/xhr"));
    CHECK(hears(socket, "\r\n\r\n").starts_with("HTTP/1.1 404"));
    socket.close();
    CHECK(polling(siege) == 0);
    CHECK(siege.growth() < 4 * kMiB);
    CHECK(siege.outcome() == "");
}
