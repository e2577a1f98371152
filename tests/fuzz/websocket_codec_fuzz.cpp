// A client's octets through the frame guard and websocketpp, without compression and with it: whatever comes,
// events keep their order, messages stay below the limit, text is UTF-8, and nothing happens after the end.
// The first octet says how the rest is cut. Then the same octets as a compressed message of their own.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string_view>

#include "broker/base/utf8.hpp"
#include "broker/net/websocket_codec.hpp"
#include "broker/net/websocket_inflater.hpp"

using namespace causeway;
using namespace causeway::net;

namespace {

constexpr std::size_t kLimit = 300;

void require(bool holds) {
    if (!holds) std::abort();
}

class Checker final : public WebSocketCodec::Events {
public:
    void on_open(std::string_view) override { open = true; }
    void on_message(std::string_view payload, bool binary) override {
        require(open && !closed && payload.size() <= kLimit);
        require(binary || is_valid_utf8(payload));
        if (payload == "close") codec->close(1000, "asked");
        if (payload == "destroy") codec.reset();
    }
    void on_pong(std::string_view payload) override { require(open && !closed && payload.size() <= 125); }
    void on_output(std::string_view bytes) override {
        require(!closed);
        output += bytes.size();
    }
    void on_closed(int code) override {
        require(!closed && code >= 1000 && code < 5000);
        closed = true;
    }

    std::unique_ptr<WebSocketCodec> codec;
    std::size_t output = 0;
    bool open = false;
    bool closed = false;
};

void receive(std::string_view bytes, std::size_t step, Compression compression) {
    static const auto choose = [](const std::vector<std::string>&) { return std::string(); };
    static WebSocketEndpoint plain(choose, Compression::kOff);
    static WebSocketEndpoint compressing(choose, Compression::kOn);
    Checker checker;
    checker.codec = std::make_unique<WebSocketCodec>(compression == Compression::kOn ? compressing : plain,
                                                     checker, kLimit);
    require(checker.codec->open({"dGhlIHNhbXBsZSBub25jZQ==", {}, true}));
    const std::size_t handshake = checker.output;
    for (std::size_t at = 0; at < bytes.size() && checker.codec; at += step)
        checker.codec->receive(bytes.substr(at, step), Monotonic{});
    // 20 pongs of 127 octets and one Close frame at most.
    require(checker.output - handshake <= 21 * 127);
}

// The limit only cuts: with more room the same message begins with the same octets.
void inflate(std::string_view bytes) {
    static Inflater inflater;
    std::string out;
    const Inflater::Result result = inflater.inflate(bytes, kLimit, out);
    require(out.size() <= kLimit);
    std::string more;
    const Inflater::Result with_room = inflater.inflate(bytes, 4 * kLimit, more);
    require(more.size() <= 4 * kLimit);
    if (result == Inflater::Result::kDone) require(with_room == result && more == out);
    require(std::string_view(more).substr(0, out.size()) == out);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::size_t step = data[0] == 0 ? size : data[0];
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    receive(bytes, step, Compression::kOff);
    receive(bytes, step, Compression::kOn);
    inflate(bytes);
    return 0;
}
