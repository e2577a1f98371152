#include <doctest/doctest.h>

#include <stdexcept>

#include "tests/net/codec_peer.hpp"

using namespace causeway;
using namespace causeway::net;
namespace client = websocket_client;

TEST_CASE("violations close with the code of RFC 6455 section 7.4.1") {
    const std::string wraps = client::frame(client::kBinary, "12345678") +
                              client::header(client::kFinal | client::kContinuation, ~std::uint64_t{0} - 7);
    const struct {
        const char* what;
        std::string bytes;
        int code;
    } rows[] = {
        {"invalid UTF-8", client::text("ok \xff"), 1007},
        {"UTF-8 cut off at the end", client::text("\xe4\xbd"), 1007},
        {"surrogate", client::text("\xed\xa0\x80"), 1007},
        {"message above the limit", client::header(client::kFinal | client::kBinary, 1025), 1009},
        {"sum of fragments above the limit",
         client::frame(client::kBinary, std::string(1000, 'x')) + client::header(client::kContinuation, 25),
         1009},
        {"length that wraps the sum", wraps, 1002},
        {"length with its top bit", client::header(client::kFinal | client::kBinary, std::uint64_t{1} << 63),
         1002},
        {"unmasked", "\x81\x01x", 1002},
        {"reserved bit", client::frame(0xc1, "x"), 1002},
        {"reserved opcode", client::frame(0x83, "x"), 1002},
        {"continuation of nothing", client::frame(client::kFinal, "x"), 1002},
        {"message within a message", client::frame(client::kText, "x") + client::text("y"), 1002},
        {"long ping", client::frame(client::kFinal | client::kPing, std::string(126, 'x')), 1002},
        {"fragmented ping", client::frame(client::kPing, "x"), 1002},
    };
    for (const auto& row : rows) {
        CAPTURE(row.what);
        Peer peer(1024);
        peer.opened().says(row.bytes);
        CHECK(peer.log.close_code() == row.code);
        CHECK_FALSE(peer.codec->is_open());
        CHECK(peer.log.count("output") == 1);
    }
}

TEST_CASE("what came whole before a violation in the same octets is delivered") {
    Peer peer;
    peer.opened().says(client::text("good") + client::frame(0x83, "bad"));
    CHECK(peer.log.lines == Lines{"text:good", "output", "closed:1002"});
}

TEST_CASE("W1 a fragment whose length wraps the sum brings no octet into memory") {
    for (const std::uint64_t back : {std::uint64_t{1}, std::uint64_t{8}, std::uint64_t{1000}}) {
        Peer peer(1024);
        peer.opened().says(client::frame(client::kBinary, std::string(8, 'x')));
        peer.says(client::header(client::kContinuation, std::uint64_t{0} - back));
        CHECK(peer.log.lines == Lines{"output", "closed:1002"});
        for (int i = 0; i < 100; ++i) peer.says(std::string(1000, 'x'));
        CHECK(peer.log.lines.size() == 2);
    }
}

TEST_CASE("W3 a ping flood is cut off after the burst") {
    Peer peer;
    peer.opened();
    const std::string ping = client::frame(client::kFinal | client::kPing, std::string(125, 'p'));
    std::string flood;
    for (int i = 0; i < 400; ++i) flood += ping;
    for (int i = 0; i < 50; ++i) peer.says(flood);
    CHECK(peer.log.close_code() == 1008);
    CHECK(peer.log.output.size() <= 20 * 127 + 127);
    CHECK(peer.log.count("output") == 21);
}

TEST_CASE("W9 an exception in a callback becomes 1011 and goes no further") {
    for (const std::string where : {"text:boom", "pong:boom", "open:"}) {
        CAPTURE(where);
        Peer peer;
        peer.log.then = [&](const std::string& line) {
            if (line == where) throw std::runtime_error("boom");
        };
        peer.codec->open(client::upgrade());
        peer.says(client::text("boom") + client::frame(client::kFinal | client::kPong, "boom") +
                  client::text("after"));
        CHECK(peer.log.close_code() == 1011);
        CHECK(peer.log.count("text:after") == 0);
    }
}

TEST_CASE("W15 after our close the peer's data is skipped and only its Close counts") {
    Peer peer;
    peer.opened().says(client::header(client::kFinal | client::kBinary, 100) + std::string(40, 'x'));
    peer.codec->close(1001, "drain");
    CHECK(peer.log.close_code() == 1001);
    CHECK(peer.log.lines == Lines{"output"});
    peer.says(std::string(60, 'x'));
    for (int i = 0; i < 10'000; ++i) peer.says(client::text("more") + client::frame(0x89, "ping"));
    peer.says(client::header(client::kFinal | client::kBinary, 1 << 20));
    peer.says(std::string(1 << 20, 'x'));
    CHECK(peer.log.lines == Lines{"output"});
    peer.says(client::close(1001) + client::text("never"));
    CHECK(peer.log.lines == Lines{"output", "closed:1001"});
}

TEST_CASE("W18 a declared length is held against the limit of the moment") {
    Peer peer(1024);
    peer.opened().codec->set_max_message(4096);
    peer.says(client::text(std::string(4096, 'x')));
    CHECK(peer.log.count("text:" + std::string(4096, 'x')) == 1);
    peer.says(client::header(client::kFinal | client::kText, 4097));
    CHECK(peer.log.close_code() == 1009);
}

TEST_CASE("a close for a reason that framing survives waits for the peer's Close") {
    for (const std::string& bad :
         {client::text("\xff"), client::frame(client::kFinal | client::kBinary, "too long")}) {
        Peer peer(4);
        peer.opened().says(bad);
        CHECK(peer.log.lines == Lines{"output"});
        const int ours = peer.log.close_code();
        peer.says(client::close(1000));
        CHECK(peer.log.lines == Lines{"output", "closed:" + std::to_string(ours)});
    }
}

TEST_CASE("a fragmented text that ends within a character is 1007, which websocketpp overlooks") {
    for (const std::string begun : {"\xc3", "\xe4\xbd", "\xf0\x9f\x98", "ok \xf0"}) {
        CAPTURE(begun);
        Peer peer;
        peer.opened().says(client::frame(client::kText, begun) +
                           client::frame(client::kFinal | client::kContinuation, ""));
        CHECK(peer.log.lines == Lines{"output"});
        CHECK(peer.log.close_code() == 1007);
    }
    Peer peer;
    peer.opened().says(client::frame(client::kText, "\xf0\x9f\x98") +
                       client::frame(client::kFinal | client::kContinuation, "\x80"));
    CHECK(peer.log.lines == Lines{"text:\xf0\x9f\x98\x80"});
}
