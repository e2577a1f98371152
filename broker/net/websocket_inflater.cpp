#include "broker/net/websocket_inflater.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <new>

namespace causeway::net {

namespace {

// Negative: raw deflate, whatever window the client uses.
constexpr int kWindowBits = -15;
constexpr std::size_t kStep = 16 * 1024;
// zlib.h, inflate(): in data_type, between two blocks.
constexpr int kBetweenBlocks = 128;

constexpr std::string_view kTail("\x00\x00\xff\xff", 4);

}  // namespace

struct Inflater::Stream {
    Stream() {
        if (inflateInit2(&zlib, kWindowBits) != Z_OK) throw std::bad_alloc();
    }
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;
    ~Stream() { inflateEnd(&zlib); }

    z_stream zlib{};
    std::array<char, kStep> buffer{};
    bool between_blocks = true;
    bool ended = false;  // by a block with BFINAL, and nothing came after it
};

Inflater::Inflater() = default;
Inflater::~Inflater() = default;

Inflater::Result Inflater::inflate(std::string_view message, std::size_t limit, std::string& out) {
    if (!stream_) stream_ = std::make_unique<Stream>();
    inflateReset(&stream_->zlib);
    stream_->ended = false;
    stream_->between_blocks = true;
    const std::size_t end = out.size() + limit;
    const Result result = run(message, end, out);
    // 7.2.3.4: after a final block comes an octet 0 that the tail completes. Senders that leave it out mean
    // the same.
    if (result != Result::kDone || stream_->ended) return result;
    const Result tail = run(kTail, end, out);
    if (tail != Result::kDone) return tail;
    return stream_->between_blocks ? Result::kDone : Result::kBroken;
}

// `limit` is of the whole `out`.
Inflater::Result Inflater::run(std::string_view input, std::size_t limit, std::string& out) {
    z_stream& zlib = stream_->zlib;
    zlib.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));
    zlib.avail_in = static_cast<uInt>(input.size());
    int code = Z_OK;
    do {
        zlib.next_out = reinterpret_cast<Bytef*>(stream_->buffer.data());
        // One octet more than may come shows that it would.
        zlib.avail_out = static_cast<uInt>(std::min(kStep, limit - out.size() + 1));
        const uInt room = zlib.avail_out;
        if (zlib.avail_in > 0) stream_->ended = false;
        code = ::inflate(&zlib, Z_SYNC_FLUSH);
        if (code == Z_MEM_ERROR) throw std::bad_alloc();
        if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR) return Result::kBroken;
        const std::size_t made = room - zlib.avail_out;
        if (made > limit - out.size()) return Result::kTooLarge;
        out.append(stream_->buffer.data(), made);
        stream_->between_blocks = (zlib.data_type & kBetweenBlocks) != 0;
        if (code == Z_STREAM_END) {
            inflateReset(&zlib);
            stream_->ended = true;
            stream_->between_blocks = true;
        }
        // A full buffer: there may be more without further input.
    } while (zlib.avail_in > 0 || (code != Z_STREAM_END && zlib.avail_out == 0));
    return Result::kDone;
}

}  // namespace causeway::net
