// What the Autobahn test suite's groups 9 and 10 demand of a server: large messages, many, in any cut.
#include "tests/conformance/websocket_fixture.hpp"

using namespace causeway::test;

namespace {

constexpr std::size_t kMegabyte = 1 << 20;

std::string in_fragments(unsigned opcode, const std::string& payload, std::size_t step) {
    std::string out;
    for (std::size_t at = 0; at < payload.size(); at += step) {
        const unsigned final = at + step >= payload.size() ? client::kFinal : 0U;
        out += client::frame(final | (at == 0 ? opcode : client::kContinuation), payload.substr(at, step));
    }
    return out;
}

}  // namespace

TEST_CASE_FIXTURE(WebSocketFixture, "9.1, 9.2: messages up to 16 MiB in one frame; one octet more is 1009") {
    WebSocketPeer peer(server.port());
    for (const std::size_t size : {kMegabyte / 16, kMegabyte / 4, kMegabyte, 4 * kMegabyte, 16 * kMegabyte}) {
        CAPTURE(size);
        peer.says(client::text(std::string(size, '*')));
        CHECK((peer.hears() == "text:" + std::string(size, '*')));
        peer.says(client::frame(client::kFinal | client::kBinary, std::string(size, '\xfe')));
        CHECK((peer.hears() == "binary:" + std::string(size, '\xfe')));
    }
    CHECK(close_code_after(client::header(client::kFinal | client::kBinary, 16 * kMegabyte + 1)) == 1009);
}

TEST_CASE_FIXTURE(WebSocketFixture, "9.3, 9.4: 1 MiB in fragments of 64 octets to one") {
    const std::string text(kMegabyte, '*');
    WebSocketPeer peer(server.port());
    for (const std::size_t step : {64U, 256U, 4096U, 65536U, 1048576U}) {
        CAPTURE(step);
        peer.says(in_fragments(client::kText, text, step));
        CHECK((peer.hears() == "text:" + text));
        peer.says(in_fragments(client::kBinary, text, step));
        CHECK((peer.hears() == "binary:" + text));
    }
}

TEST_CASE_FIXTURE(WebSocketFixture, "9.5, 9.6: a frame that comes in small writes") {
    const std::string text(kMegabyte / 4, '*');
    WebSocketPeer peer(server.port());
    for (const std::size_t step : {64U, 127U, 1024U, 2048U}) {
        peer.says(client::text(text), step);
        CHECK((peer.hears() == "text:" + text));
    }
}

TEST_CASE_FIXTURE(WebSocketFixture, "9.7, 9.8: a thousand messages of each size come back in order") {
    WebSocketPeer peer(server.port());
    for (const std::size_t size : {0U, 16U, 64U, 256U, 1024U, 4096U}) {
        CAPTURE(size);
        int right = 0;
        for (int i = 0; i < 1000; ++i) {
            std::string payload = std::to_string(i);
            payload.resize(size, '*');
            peer.says(client::text(payload));
            right += peer.hears() == "text:" + payload ? 1 : 0;
        }
        CHECK(right == 1000);
    }
}

TEST_CASE_FIXTURE(WebSocketFixture, "10.1: 64 KiB in fragments of 1300 octets") {
    const std::string text(65536, '*');
    WebSocketPeer peer(server.port());
    peer.says(in_fragments(client::kText, text, 1300));
    CHECK((peer.hears() == "text:" + text));
}
