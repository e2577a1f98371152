// Requests hidden in requests, through real proxies: what proxy and broker could read differently must end as
// no second request. The hidden one asks for what the proxy's rule forbids, and would leave a trace in the
// broker's metrics.
#include <doctest/doctest.h>

#include <thread>
#include <utility>
#include <vector>

#include "tests/support/reverse_proxy.hpp"
#include "tests/system/siege.hpp"

using namespace causeway::test;
using std::string;

namespace {

struct Attack {
    string what;
    string octets;
};

// Opens a SockJS session, if the broker ever reads it.
const string kHidden =
    "POST /ws/000/forbidden/xhr HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n";
constexpr std::size_t kAtOnce = 96;
const string kEmpty = "0\r\n\r\n";

string post(const string& headers, const string& body) {
    return "POST /ws/000/seen/xhr_send HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n" + body;
}

string hex(std::size_t n) {
    char digits[20];
    std::snprintf(digits, sizeof digits, "%zx", n);
    return digits;
}

string length(std::size_t n) { return "Content-Length: " + std::to_string(n) + "\r\n"; }

// Who believes the length takes the hidden request for a part of the body; who believes the chunks does not.
void add_coding_attacks(std::vector<Attack>& all) {
    for (const string& coding : {string("Transfer-Encoding: chunked\r\n"),
                                 string("Transfer-Encoding:chunked\r\n"),
                                 string("Transfer-Encoding : chunked\r\n"),
                                 string("Transfer-Encoding: xchunked\r\n"),
                                 string("Transfer-Encoding: identity, chunked\r\n"),
                                 string("Transfer-Encoding: chunked, identity\r\n"),
                                 string("Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n"),
                                 string("Transfer-Encoding: chunked\r\nTransfer-Encoding: cow\r\n"),
                                 string("Transfer-Encoding:\tchunked\r\n"),
                                 string("Transfer-Encoding: \vchunked\r\n"),
                                 string("Transfer-Encoding: \"chunked\"\r\n"),
                                 string("Transfer-Encoding: chunked;x=y\r\n"),
                                 string("Transfer-Encoding:\r\n chunked\r\n"),
                                 string("X: y\nTransfer-Encoding: chunked\r\n"),
                                 string("X: y\rTransfer-Encoding: chunked\r\n"),
                                 string("Transfer_Encoding: chunked\r\n"),
                                 string("\tTransfer-Encoding: chunked\r\n"),
                                 string("Transfer-Encoding\t: chunked\r\n"),
                                 string("Transfer-Encoding: CHUNKED\r\n"),
                                 string("Transfer-Encoding: chunked \r\n"),
                                 string("Transfer-Encoding: chun\0ked\r\n", 29)}) {
        const string in_length = kEmpty + kHidden;
        all.push_back({"length around: " + coding, post(length(in_length.size()) + coding, in_length)});
        all.push_back({"length behind: " + coding, post(coding + length(in_length.size()), in_length)});
        // … and the other way about: the chunk is the hidden request, the length ends before it.
        const string in_chunk = hex(kHidden.size()) + "\r\n" + kHidden + "\r\n" + kEmpty;
        const std::size_t before = hex(kHidden.size()).size() + 2;
        all.push_back({"length within: " + coding, post(length(before) + coding, in_chunk)});
    }
}

void add_length_attacks(std::vector<Attack>& all) {
    const string more = std::to_string(kHidden.size());
    for (const string& lengths :
         {"Content-Length: " + more + "\r\n", "Content-Length: 0\r\nContent-Length: " + more + "\r\n",
          "Content-Length: " + more + "\r\nContent-Length: 0\r\n", "Content-Length: 0, " + more + "\r\n",
          "Content-Length: +" + more + "\r\n", "Content-Length: -" + more + "\r\n",
          "Content-Length: 0x" + hex(kHidden.size()) + "\r\n", "Content-Length : " + more + "\r\n",
          "Content-Length:\r\n " + more + "\r\n", "Content_Length: " + more + "\r\n",
          "X: y\nContent-Length: " + more + "\r\n", "Content-Length: " + more + " 0\r\n",
          string("Content-Length: 18446744073709551616\r\n"), "Content-Length: " + more + "\v\r\n",
          string("Content-Length:\r\n"),
          string("Content-Length\0: 0\r\n", 20) + "Content-Length: " + more + "\r\n"}) {
        all.push_back({lengths, post(lengths, kHidden)});
        all.push_back(
            {"GET, " + lengths, "GET /ws/info HTTP/1.1\r\nHost: a\r\n" + lengths + "\r\n" + kHidden});
        all.push_back(
            {"HEAD, " + lengths, "HEAD /ws/info HTTP/1.1\r\nHost: a\r\n" + lengths + "\r\n" + kHidden});
    }
}

void add_chunk_attacks(std::vector<Attack>& all) {
    const string chunked = "Transfer-Encoding: chunked\r\n";
    const string size = hex(kHidden.size());
    for (const string& body :
         {"0\n\n" + kHidden,
          "0\r\n\n" + kHidden,
          "0\n\r\n" + kHidden,
          "0\r\r\n" + kHidden,
          "1\r\nZ0\r\n\r\n" + kHidden,
          "1\r\nZ\n0\r\n\r\n" + kHidden,
          "2;\nxx\r\n0\r\n\r\n" + kHidden,
          "2;a\rb\r\nxx\r\n0\r\n\r\n" + kHidden,
          "0;\n" + kHidden + "\r\n\r\n",
          "0x0\r\n\r\n" + kHidden,
          "+0\r\n\r\n" + kHidden,
          "-0\r\n\r\n" + kHidden,
          "10000000000000000\r\n\r\n" + kHidden,
          "0 \r\n\r\n" + kHidden,
          "00000000000000000000\r\n\r\n" + kHidden,
          "0\r\n" + kHidden,
          "0\r\nX: y\r\n" + kHidden,
          "0\r\nContent-Length: " + std::to_string(kHidden.size()) + "\r\n\r\n" + kHidden,
          "\r\n" + kHidden,
          size + "\n" + kHidden + "\n0\n\n"})
        all.push_back({"chunks: " + body.substr(0, 20), post(chunked, body)});
    all.push_back({"HTTP/1.0 in chunks",
                   "POST /ws/000/seen/xhr_send HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n" + chunked +
                       "\r\n" + kEmpty + kHidden});
    all.push_back(
        {"HTTP/1.1 without host", "POST /ws/info HTTP/1.1\r\n" + chunked + "\r\n" + kEmpty + kHidden});
    all.push_back({"Expect", post("Expect: 100-continue\r\n" + length(0), kHidden)});
    all.push_back({"Connection names the length",
                   post("Connection: keep-alive, Content-Length\r\n" + length(kHidden.size()), kHidden)});
    all.push_back(
        {"Connection names the coding", post("Connection: keep-alive, Transfer-Encoding\r\n" + chunked,
                                             size + "\r\n" + kHidden + "\r\n" + kEmpty)});
}

// A proxy that takes any answer for an upgraded connection passes on what follows.
void add_upgrade_attacks(std::vector<Attack>& all) {
    for (const string& rest :
         {string("Sec-WebSocket-Version: 777\r\n"), string("Sec-WebSocket-Version: 13\r\n"),
          string("Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n")})
        all.push_back({"upgrade, " + rest,
                       "GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" + rest +
                           "\r\n" + kHidden});
    all.push_back(
        {"h2c",
         "GET /ws/info HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n"
         "Connection: Upgrade, HTTP2-Settings\r\n\r\n" +
             kHidden});
    all.push_back({"a request in a header", "GET /ws/info HTTP/1.1\r\nHost: a\r\nX: y\r\r\n" + kHidden});
    all.push_back({"a request in a path", "GET /ws/info\nX: HTTP/1.1\r\nHost: a\r\n\r\n" + kHidden});
}

std::vector<Attack> attacks() {
    std::vector<Attack> all;
    add_coding_attacks(all);
    add_length_attacks(all);
    add_chunk_attacks(all);
    add_upgrade_attacks(all);
    return all;
}

// SockJS sessions that requests opened.
double opened(const BrokerProcess& broker) {
    return broker.metric("causeway_connections_opened_total{transport=\"xhr_polling\"}");
}

// Everybody at once, as each may keep its connection for seconds.
void make_all(const std::vector<Attack>& all, const ReverseProxy& proxy) {
    std::vector<std::thread> threads;
    for (std::size_t first = 0; first < kAtOnce; ++first)
        threads.emplace_back([&, first] {
            for (std::size_t i = first; i < all.size(); i += kAtOnce) (void)proxy.answers(all[i].octets);
        });
    for (auto& thread : threads) thread.join();
}

}  // namespace

TEST_CASE("a request hidden in a request reaches the broker through no proxy, and mixes up no answers") {
    const std::pair<ReverseProxy::Kind, const char*> kinds[] = {{ReverseProxy::Kind::kHaproxy, "haproxy"},
                                                                {ReverseProxy::Kind::kNginx, "nginx"}};
    for (const auto& [kind, name] : kinds) {
        CAPTURE(string(name));
        BrokerProcess broker(open_to_strangers());
        const auto proxy = ReverseProxy::start(kind, broker.port());
        if (!proxy) {
            MESSAGE("skipped: " << name << " is not there");
            continue;
        }
        // It does pass on what is right, and nothing else that it forbids.
        const string open =
            "POST /ws/000/seen/xhr HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        REQUIRE(proxy->answers(open).starts_with("HTTP/1.1 200"));
        REQUIRE(proxy->answers(kHidden).starts_with("HTTP/1.1 403"));
        REQUIRE(opened(broker) == 1);

        make_all(attacks(), *proxy);
        CHECK(opened(broker) == 1);
        // Nobody is given the answer to another's request.
        for (int i = 0; i < 8; ++i) {
            const string answer =
                proxy->answers("GET /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
            CHECK(answer.starts_with("HTTP/1.1 200"));
            CHECK(answer.ends_with("\r\n\r\nok\n"));
        }
    }
}
