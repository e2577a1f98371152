// What the Autobahn test suite's groups 12 and 13 demand of a server: permessage-deflate with data of several
// kinds and sizes, under every offer.
#include <vector>

#include "tests/conformance/websocket_fixture.hpp"

using namespace causeway::test;

namespace {

constexpr unsigned kRsv1 = 0x40;

std::string repeated(std::string_view part, std::size_t size) {
    std::string out;
    while (out.size() < size) out += part;
    out.resize(size);
    return out;
}

std::string noise(std::size_t size) {
    std::string out;
    std::uint32_t state = 7;
    while (out.size() < size) {
        state = state * 1664525U + 1013904223U;
        out.push_back(static_cast<char>(state >> 24U));
    }
    return out;
}

// One message as compressed fragments of `step` octets each.
std::string compressed(unsigned opcode, const std::string& payload, std::size_t step) {
    const std::string packed = deflate_client::deflated(payload);
    std::string out;
    for (std::size_t at = 0; at < packed.size(); at += step) {
        const unsigned final = at + step >= packed.size() ? client::kFinal : 0U;
        out += client::frame(final | (at == 0 ? opcode | kRsv1 : client::kContinuation),
                             packed.substr(at, step));
    }
    return out;
}

struct Kind {
    const char* what;
    unsigned opcode;
    std::string (*make)(std::size_t size);
    bool shrinks;
};

const Kind kKinds[] = {
    {"12.1 JSON", client::kText,
     [](std::size_t size) {
         return repeated(R"({"AutoTest":[1,2,3],"state":"sent","user":"alice"},)", size);
     },
     true},
    {"12.2 prose", client::kText,
     [](std::size_t size) {
         return repeated("Es war einmal mitten im Winter, und die Schneeflocken fielen. ", size);
     },
     true},
    {"12.4 text in another script", client::kText,
     [](std::size_t size) { return repeated("\xe4\xbd\xa0\xe5\xa5\xbd", size / 6 * 6 + 6); }, true},
    {"12.3 octets", client::kBinary, [](std::size_t size) { return repeated("\xfe\x01\x02\xff", size); },
     true},
    {"12.5 what does not shrink", client::kBinary, noise, false},
};

void echoes(WebSocketPeer& peer, const Kind& kind, std::size_t size, std::size_t step) {
    CAPTURE(size);
    CAPTURE(step);
    const std::string payload = kind.make(size);
    peer.says(compressed(kind.opcode, payload, step));
    const std::string heard = peer.hears();
    CHECK((heard == (kind.opcode == client::kText ? "text:" : "binary:") + payload));
    CHECK(peer.was_compressed() == (kind.shrinks && payload.size() >= 1024));
}

}  // namespace

TEST_CASE_FIXTURE(WebSocketFixture, "12: messages of every kind and size, whole and in fragments") {
    for (const Kind& kind : kKinds) {
        CAPTURE(kind.what);
        WebSocketPeer peer(server.port(), "permessage-deflate; client_max_window_bits");
        for (const std::size_t size : {16U, 64U, 256U, 1023U, 1024U, 4096U, 32768U, 131072U})
            for (const std::size_t step : {std::size_t{256}, std::size_t{1} << 20U})
                echoes(peer, kind, size, step);
        peer.says(client::text("plain") + client::close(1000));
        CHECK(peer.hears() == "text:plain");
        CHECK(peer.hears() == "close:1000:");
    }
}

TEST_CASE_FIXTURE(WebSocketFixture, "12.1: a thousand compressed messages on one connection") {
    WebSocketPeer peer(server.port(), "permessage-deflate");
    const std::string message = kKinds[0].make(2048);
    const std::string frame = compressed(client::kText, message, 1 << 20);
    int right = 0;
    for (int i = 0; i < 1000; ++i) {
        peer.says(frame);
        right += peer.hears() == "text:" + message && peer.was_compressed() ? 1 : 0;
    }
    CHECK(right == 1000);
}

TEST_CASE_FIXTURE(WebSocketFixture, "13: each offer that leaves us our window is agreed to, and serves") {
    const std::string offers[] = {
        "permessage-deflate",
        "permessage-deflate; client_no_context_takeover; server_no_context_takeover",
        "permessage-deflate; client_max_window_bits=9",
        "permessage-deflate; server_max_window_bits=15; client_max_window_bits",
        "permessage-deflate; server_max_window_bits=9; server_no_context_takeover, permessage-deflate",
        "x-webkit-deflate-frame; no_context_takeover, permessage-deflate; client_max_window_bits"};
    for (const std::string& offer : offers) {
        CAPTURE(offer);
        WebSocketPeer peer(server.port(), offer);
        CHECK(peer.answer().find(
                  "\r\nSec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; "
                  "client_no_context_takeover\r\n") != std::string::npos);
        for (const std::size_t size : {16U, 4096U, 65536U}) echoes(peer, kKinds[0], size, 4096);
    }
}

TEST_CASE_FIXTURE(WebSocketFixture, "13: an offer that does not suit is declined, and messages go plain") {
    const std::string offers[] = {"permessage-deflate; server_max_window_bits=9",
                                  "permessage-deflate; client_max_window_bits=16",
                                  "permessage-deflate; unknown", "permessage-bzip2"};
    for (const std::string& offer : offers) {
        CAPTURE(offer);
        WebSocketPeer peer(server.port(), offer);
        CHECK(peer.answer().starts_with("HTTP/1.1 101 "));
        CHECK(peer.answer().find("Sec-WebSocket-Extensions") == std::string::npos);
        const std::string message = kKinds[0].make(4096);
        peer.says(client::text(message));
        CHECK(peer.hears() == "text:" + message);
        CHECK_FALSE(peer.was_compressed());
    }
    WebSocketPeer malformed(server.port(), "permessage-deflate; =");
    CHECK(malformed.answer().starts_with("HTTP/1.1 400 "));
}

TEST_CASE_FIXTURE(WebSocketFixture, "13: 17 MiB that came as 17 KiB are 1009, whatever the fragments") {
    const std::string bomb(17 << 20, '\0');
    for (const std::size_t step : {std::size_t{100}, std::size_t{1} << 20U}) {
        WebSocketPeer peer(server.port(), "permessage-deflate");
        peer.says(compressed(client::kBinary, bomb, step));
        CHECK(peer.hears().starts_with("close:1009:"));
        peer.says(client::close(1009));
        CHECK(peer.hears() == "end");
    }
}
