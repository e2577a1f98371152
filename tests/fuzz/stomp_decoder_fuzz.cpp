// Any octets: the decoder sees the same however they are cut, keeps its limits and its promises on memory,
// and what it saw survives being encoded and decoded again. The first octet chooses version, peer and
// limits, the second how the rest is cut.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "stomp/encoder.hpp"
#include "tests/fuzz/check.hpp"
#include "tests/stomp/outcome.hpp"

namespace {

using namespace causeway::stomp;
using namespace causeway::stomp::testing;

Setting setting_of(std::uint8_t choice) {
    Setting setting;
    setting.version = static_cast<Version>(choice % 3);
    setting.peer = (choice & 0x10) != 0 ? Peer::kServer : Peer::kClient;
    if ((choice & 0x20) != 0)
        setting.limits = {
            .max_body = 30, .max_headers = 3, .max_header_line = 20, .max_head = 50, .max_command = 12};
    if ((choice & 0x40) != 0) setting.limits.max_frame = 60;
    return setting;
}

// Pieces of pseudo-random sizes.
Outcome decode_in_pieces(std::string_view stream, const Setting& setting, std::uint32_t seed) {
    Decoder decoder(setting.peer, setting.limits);
    decoder.set_version(setting.version);
    Outcome outcome;
    bool alive = true;
    while (alive && !stream.empty()) {
        seed = seed * 1664525 + 1013904223;
        const std::size_t size = std::min<std::size_t>(1 + (seed >> 24) % 19, stream.size());
        alive = feed(decoder, stream.substr(0, size), outcome);
        stream.remove_prefix(size);
    }
    if (!alive) FUZZ_CHECK(decoder.memory() == 0);
    return outcome;
}

void check_limits(const SeenFrame& frame, const Limits& limits) {
    FUZZ_CHECK(frame.body.size() <= limits.max_body);
    FUZZ_CHECK(frame.headers.size() <= limits.max_headers);
    for (const auto& [name, value] : frame.headers) {
        FUZZ_CHECK(!name.empty());
        FUZZ_CHECK(name.size() + 1 + value.size() <= limits.max_header_line);
    }
}

// Leaves out what the encoder does: content-length is its own, and not every name can be written.
void check_round_trip(SeenFrame frame, const Setting& setting) {
    std::erase_if(frame.headers, [](const auto& header) {
        return header.first == "content-length" ||
               header.first.find_first_of("\\:\r\n") != std::string::npos ||
               header.second.find('\r') != std::string::npos;
    });
    std::string out;
    Encoder encoder(out, setting.version, frame.command);
    for (const auto& [name, value] : frame.headers) encoder.pass_on(name, value);
    encoder.finish(frame.body);
    if (may_have_body(frame.command))
        frame.headers.emplace_back("content-length", std::to_string(frame.body.size()));

    // Escapes and content-length may have made it longer than it came.
    const Limits generous{.max_headers = 65, .max_header_line = 20000, .max_head = 70000};
    const Outcome again = decode(out, {setting.version, setting.peer, generous});
    FUZZ_CHECK(!again.error);
    FUZZ_CHECK(again.frames.size() == 1);
    FUZZ_CHECK(again.frames[0] == frame);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const Setting setting = setting_of(data[0]);
    const std::string_view stream(reinterpret_cast<const char*>(data + 2), size - 2);
    const Outcome whole = decode(stream, setting);
    FUZZ_CHECK(decode_in_pieces(stream, setting, data[1]) == whole);
    FUZZ_CHECK(decode(stream, setting, 1, 1) == whole);
    for (const SeenFrame& frame : whole.frames) {
        check_limits(frame, setting.limits);
        check_round_trip(frame, setting);
    }
    return 0;
}
