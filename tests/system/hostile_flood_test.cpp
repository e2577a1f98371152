// Floods of what is small and of what only looks small: pings, pongs, fragments, compressed bombs.
#include <doctest/doctest.h>

#include "tests/system/party.hpp"
#include "tests/system/siege.hpp"

using namespace causeway::test;
using namespace std::chrono_literals;
using std::string;

namespace {

// Code of the close that answers a flood of `frame` behind `opening`, with nothing read meanwhile. 1006: a
// reset.
int flooded(const Siege& siege, bool logged_in, std::string_view opening, std::string_view frame) {
    StompClient client(siege.port());
    if (logged_in) client.logs_in(token_for("mallory"));
    string block(opening);
    while (block.size() < 256 * 1024) block += frame;
    until_refused([&] {
        client.raw_bytes(block);
        for (int i = sized(40, 200); i > 0; --i)
            client.raw_bytes(std::string_view(block).substr(opening.size()));
    });
    int code = 1006;
    until_refused([&] { code = client.sees_close().value().code; });
    return code;
}

bool is(int code, int wanted) { return code == wanted || code == 1006; }

// Blocks of DEFLATE (RFC 1951, 3.2.6) with the fixed codes, written bit by bit: an 'x', and then 258 octets
// more for every 13 bits, which no compressor does better.
class Bomb {
public:
    explicit Bomb(std::size_t octets, bool last = false) {
        bits(last ? 1 : 0, 1);
        bits(1, 2);
        code(0x30 + 'x', 8);
        for (std::size_t made = 1; made < octets; made += 258) {
            code(0xc5, 8);  // 258 octets …
            code(0, 5);     // … of the one before
        }
        code(0, 7);
        if (last) return;
        bits(0, 3);  // an empty block without compression, whose length is left out: RFC 7692, 7.2.1
        if (used_ != 0) bits(0, 8 - used_);
    }
    [[nodiscard]] const string& octets() const { return octets_; }

private:
    void bits(unsigned value, unsigned count) {
        for (unsigned i = 0; i < count; ++i) {
            if (used_ == 0) octets_ += '\0';
            octets_.back() =
                static_cast<char>(static_cast<unsigned char>(octets_.back()) | ((value >> i & 1U) << used_));
            used_ = (used_ + 1) % 8;
        }
    }
    void code(unsigned value, unsigned count) {  // Huffman codes come with their highest bit first
        while (count-- > 0) bits(value >> count & 1U, 1);
    }
    string octets_;
    unsigned used_ = 0;
};

StompClient compressing(const Siege& siege, const string& offer = "permessage-deflate") {
    StompClient::Options options;
    options.socket.headers = {{"Sec-WebSocket-Extensions", offer}};
    return StompClient(siege.port(), options);
}

}  // namespace

TEST_CASE("pings, pongs and empty fragments in floods are ended after the burst; line ends cost nothing") {
    Siege siege;
    for (const bool logged_in : {false, true}) {
        CAPTURE(logged_in);
        CHECK(is(flooded(siege, logged_in, "", string("\x89\x84\0\0\0\0ping", 10)), 1008));
        CHECK(is(flooded(siege, logged_in, "", string("\x8a\x80\0\0\0\0", 6)), 1008));
        CHECK(is(flooded(siege, logged_in, string("\x01\x81\0\0\0\0\n", 7), string("\x00\x80\0\0\0\0", 6)),
                 1008));
    }
    // Line ends are heart-beats: a MiB of them is harmless, and the client goes on.
    StompClient client(siege.port());
    client.logs_in(token_for("mallory"));
    for (int i = 0; i < 16; ++i) client.raw_text(string(64 * 1024, '\n'));
    CHECK(client.sends_and_waits("/topic/open/a", "still here").command == "RECEIPT");
    client.vanishes();
    CHECK(siege.growth() < 8 * kMiB);
    CHECK(siege.outcome() == "");
}

TEST_CASE("fragments of one octet are put together up to the limit of a frame and no further") {
    Siege siege;
    StompClient listener = enters(siege.broker, {"listener"});
    REQUIRE(listener.subscribes("/topic/open/a").command == "RECEIPT");
    StompClient patient = enters(siege.broker, {"patient"});
    const string frame = "SEND\ndestination:/topic/open/a\n\n" + string(100'000, 'x') + string(1, '\0');
    string octets = masked(0x01, frame.substr(0, 1));
    for (std::size_t i = 1; i < frame.size(); ++i)
        octets += masked(i + 1 == frame.size() ? 0x80 : 0x00, frame.substr(i, 1));
    patient.raw_bytes(octets);
    CHECK(listener.sees_body() == string(100'000, 'x'));
    CHECK(is(flooded(siege, true, masked(0x01, "x"), masked(0x00, "x")), 1009));
    for (auto* each : {&listener, &patient}) each->vanishes();
    CHECK(siege.growth() < 8 * kMiB);
    CHECK(siege.outcome() == "");
}

TEST_CASE("compression is not agreed to unless it is on") {
    Siege siege(open_to_strangers({"http.compression=false"}));
    StompClient client = compressing(siege);
    CHECK(client.socket().upgrade_response().find("permessage-deflate") == string::npos);
    client.raw_bytes(masked(0xc1, Bomb(10).octets()));
    CHECK(client.sees_close().value().code == 1002);
    client.vanishes();
    CHECK(siege.outcome() == "");
}

TEST_CASE("a compressed bomb bursts at the limit, not in memory") {
    Siege siege(open_to_strangers({"http.compression=true"}));
    struct Row {
        const char* what;
        string octets;
        int code;
    };
    const string twice = Bomb(60, true).octets() + Bomb(60).octets();
    for (const bool logged_in : {false, true})
        for (const Row& row : {Row{"64 MiB in 430 KiB", masked(0xc1, Bomb(64U << 20U).octets()), 1009},
                               Row{"a MiB in 7 KiB", masked(0xc1, Bomb(1U << 20U).octets()), 1009},
                               Row{"in fragments",
                                   masked(0x41, Bomb(1U << 20U).octets().substr(0, 3000)) +
                                       masked(0x80, Bomb(1U << 20U).octets().substr(3000)),
                                   1009},
                               Row{"a final block, and more", masked(0xc1, twice), 0},
                               Row{"no DEFLATE at all", masked(0xc1, "\xff\xff\xff\xff"), 1007}}) {
            CAPTURE(row.what);
            CAPTURE(logged_in);
            StompClient client = compressing(siege);
            REQUIRE(client.socket().upgrade_response().find("permessage-deflate") != string::npos);
            if (logged_in) client.logs_in(token_for("mallory"));
            until_refused([&] { client.raw_bytes(row.octets); });
            if (row.code == 0) continue;
            int code = 1006;
            until_refused([&] { code = client.sees_close().value().code; });
            CHECK(is(code, row.code));
        }
    CHECK(siege.growth() < 12 * kMiB);
    for (const string offer :
         {"permessage-deflate; client_max_window_bits=265", "permessage-deflate; server_max_window_bits=",
          "permessage-deflate; client_max_window_bits=-1", "permessage-deflate; server_max_window_bits=7",
          "permessage-deflate; unknown=1", ";;;,,,=", "permessage-deflate; server_no_context_takeover=x"}) {
        CAPTURE(offer);
        int granted = 0;
        until_refused([&] {
            granted = compressing(siege, offer).socket().upgrade_response().find("permessage-deflate") !=
                      string::npos;
        });
        CHECK(granted == 0);
    }
    CHECK(siege.outcome() == "");
}
