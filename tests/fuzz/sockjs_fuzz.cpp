// SockJS: decoding never fails badly, what was encoded decodes to itself, and what was decoded encodes to
// ASCII-clean JSON.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "broker/base/utf8.hpp"
#include "broker/net/sockjs.hpp"

using namespace causeway;
using namespace causeway::net;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

std::string round_trip(std::string_view message) {
    std::string frame;
    sockjs::append_message_frame(frame, message);
    require(is_valid_utf8(frame));
    for (const char c : frame) require(static_cast<unsigned char>(c) >= 0x20);
    sockjs::Decoder decoder;
    std::string out;
    require(decoder.decode(std::string_view(frame).substr(1), out) == sockjs::Decoder::Result::kOk);
    return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const std::string back = round_trip(bytes);
    require(is_valid_utf8(back));
    if (is_valid_utf8(bytes)) require(back == bytes);

    sockjs::Decoder decoder;
    std::string out;
    if (decoder.decode(bytes, out) == sockjs::Decoder::Result::kOk) {
        require(is_valid_utf8(out) && out.size() <= size + 3);
        require(round_trip(out) == out);
    } else {
        require(out.empty());
    }
    std::string closing;
    sockjs::append_close_frame(closing, 1000, bytes);
    (void)sockjs::route("/ws", bytes);
    return 0;
}
