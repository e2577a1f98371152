// permessage-deflate both ways: what we compress inflates to itself; what a peer compressed never becomes more than
// the limit, however often the same inflater is used, and one message leaves nothing behind for the next.
// The first two octets are the limit.
#include <cstdint>
#include <string>
#include <string_view>

#include "broker/net/websocket_deflater.hpp"
#include "broker/net/websocket_frame.hpp"
#include "broker/net/websocket_inflater.hpp"
#include "tests/fuzz/check.hpp"

using namespace causeway::net;

namespace {

// Behind the header of an unmasked frame: RFC 6455, 5.2.
std::string_view payload_of(std::string_view frame) {
    const auto length = static_cast<unsigned char>(frame.at(1));
    return frame.substr(length < 126 ? 2 : length == 126 ? 4 : 10);
}

void comes_back(std::string_view message) {
    static Deflater deflater;
    static Inflater inflater;
    const FrameRef plain = FrameRef::make(FrameHeader(Opcode::kBinary, message.size()).bytes(), message);
    const FrameRef packed = deflater.deflated(plain);
    FUZZ_CHECK(packed.size() <= plain.size());
    const bool compressed = (static_cast<unsigned char>(packed.bytes()[0]) & 0x40U) != 0;
    if (!compressed) {
        FUZZ_CHECK(packed.bytes() == plain.bytes());
        return;
    }
    std::string back;
    FUZZ_CHECK(inflater.inflate(payload_of(packed.bytes()), message.size(), back) == Inflater::Result::kDone);
    FUZZ_CHECK(back == message);
    back.clear();
    FUZZ_CHECK(inflater.inflate(payload_of(packed.bytes()), message.size() - 1, back) == Inflater::Result::kTooLarge);
}

void stays_within(std::string_view message, std::size_t limit) {
    static Inflater used;
    Inflater fresh;
    std::string one = "before|";
    std::string other = "before|";
    const auto result = used.inflate(message, limit, one);
    FUZZ_CHECK(fresh.inflate(message, limit, other) == result);
    FUZZ_CHECK(one == other && one.starts_with("before|") && one.size() <= limit + 7);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const std::string_view octets(reinterpret_cast<const char*>(data) + 2, size - 2);
    stays_within(octets, data[0] * 256U + data[1]);
    comes_back(octets);
    std::string many;
    while (!octets.empty() && many.size() < 2048) many += octets;
    comes_back(many);
    return 0;
}
