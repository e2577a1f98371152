// The header of a WebSocket frame as a server writes it: final, unmasked. Data frames are built
// with it once and shared by every recipient; they never pass through websocketpp.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace causeway::net {

enum class Opcode : std::uint8_t {
    kContinuation = 0,
    kText = 1,
    kBinary = 2,
    kClose = 8,
    kPing = 9,
    kPong = 10
};

// RFC 7692, 6: RSV1 says that the payload is deflated.
enum class Packing : std::uint8_t { kPlain, kDeflated };

// RFC 6455, 5.2. Two, four or ten octets.
class FrameHeader {
public:
    FrameHeader(Opcode opcode, std::uint64_t payload_size, Packing packing = Packing::kPlain) {
        const unsigned rsv1 = packing == Packing::kDeflated ? 0x40U : 0U;
        octets_[0] = static_cast<char>(0x80U | rsv1 | static_cast<unsigned>(opcode));
        if (payload_size < 126) {
            octets_[1] = static_cast<char>(payload_size);
        } else if (payload_size <= 0xffff) {
            octets_[1] = 126;
            write_length(payload_size, 2);
        } else {
            octets_[1] = 127;
            write_length(payload_size, 8);
        }
    }
    [[nodiscard]] std::string_view bytes() const { return {octets_.data(), size_}; }

private:
    void write_length(std::uint64_t length, std::size_t octets) {
        for (std::size_t i = octets; i-- > 0; length >>= 8U)
            octets_[2 + i] = static_cast<char>(length & 0xffU);
        size_ = 2 + octets;
    }

    std::array<char, 10> octets_{};
    std::size_t size_ = 2;
};

inline void append_frame_header(std::string& out, Opcode opcode, std::uint64_t payload_size) {
    out.append(FrameHeader(opcode, payload_size).bytes());
}

}  // namespace causeway::net
