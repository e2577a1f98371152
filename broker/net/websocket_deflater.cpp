#include "broker/net/websocket_deflater.hpp"

#include <zlib.h>

#include <cassert>
#include <new>

#include "broker/net/websocket_frame.hpp"

namespace causeway::net {

namespace {

constexpr int kLevel = 4;
constexpr int kWindowBits = -15;  // negative: raw deflate
constexpr int kMemory = 8;
constexpr std::size_t kTail = 4;  // 00 00 ff ff, which is not sent
constexpr std::size_t kKeptBuffer = 64 * 1024;

std::size_t header_size(std::string_view frame) {
    const unsigned code = static_cast<unsigned char>(frame[1]);
    return code < 126 ? 2 : code == 126 ? 4 : 10;
}

}  // namespace

struct Deflater::Stream {
    Stream() {
        if (deflateInit2(&zlib, kLevel, Z_DEFLATED, kWindowBits, kMemory, Z_DEFAULT_STRATEGY) != Z_OK)
            throw std::bad_alloc();
    }
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;
    ~Stream() { deflateEnd(&zlib); }

    z_stream zlib{};
};

Deflater::Deflater() = default;
Deflater::~Deflater() = default;

FrameRef Deflater::deflated(const FrameRef& frame, std::optional<Monotonic> turn) {
    if (frame.size() < kThreshold) return frame;
    if (FrameRef made = frame.twin()) return made;
    if (turn && !fits(frame.size(), *turn)) return frame;
    FrameRef made = make(frame);
    frame.set_twin(made);
    return made;
}

// The first of a turn always does.
bool Deflater::fits(std::size_t octets, Monotonic turn) {
    if (turn_ != turn) done_in_turn_ = 0;
    turn_ = turn;
    if (done_in_turn_ > 0 && done_in_turn_ + octets > kPerTurn) return false;
    done_in_turn_ += octets;
    return true;
}

FrameRef Deflater::make(const FrameRef& frame) {
    const std::string_view bytes = frame.bytes();
    const auto opcode = static_cast<Opcode>(static_cast<unsigned char>(bytes[0]) & 0x0fU);
    assert(opcode == Opcode::kText || opcode == Opcode::kBinary);
    const std::string_view message = bytes.substr(header_size(bytes));
    if (message.size() < kThreshold) return frame;
    if (!stream_) stream_ = std::make_unique<Stream>();
    z_stream& zlib = stream_->zlib;
    deflateReset(&zlib);
    // What needs as much room as it had is sent as it is, so there is never more to write.
    if (buffer_.size() < message.size()) buffer_.resize(message.size());
    zlib.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(message.data()));
    zlib.avail_in = static_cast<uInt>(message.size());
    zlib.next_out = reinterpret_cast<Bytef*>(buffer_.data());
    zlib.avail_out = static_cast<uInt>(message.size());
    const bool whole = deflate(&zlib, Z_SYNC_FLUSH) == Z_OK && zlib.avail_in == 0 && zlib.avail_out > 0;
    FrameRef made = frame;
    if (whole) {
        const std::string_view packed(buffer_.data(), message.size() - zlib.avail_out - kTail);
        made = FrameRef::make(FrameHeader(opcode, packed.size(), Packing::kDeflated).bytes(), packed);
    }
    if (buffer_.capacity() > kKeptBuffer) std::string().swap(buffer_);
    return made;
}

}  // namespace causeway::net
