#include "tools/bench/inflater.hpp"

#include <zlib.h>

#include <functional>
#include <new>

namespace causeway::bench {

namespace {

constexpr std::size_t kMost = 64 * 1024 * 1024;
constexpr std::size_t kStep = 16 * 1024;

}  // namespace

struct Inflater::Stream {
    Stream() {
        if (inflateInit2(&zlib, -15) != Z_OK) throw std::bad_alloc();
    }
    ~Stream() { inflateEnd(&zlib); }
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;

    z_stream zlib{};
};

Inflater::Inflater() : stream_(std::make_unique<Stream>()) {}
Inflater::~Inflater() = default;

std::optional<std::string_view> Inflater::inflated(std::string_view message) {
    constexpr std::string_view kTail("\0\0\xff\xff", 4);
    Message& known = lately_[std::hash<std::string_view>{}(message) % lately_.size()];
    const std::string_view packed = known.packed;
    if (!packed.empty() && packed.substr(0, packed.size() - kTail.size()) == message) return known.plain;
    known.packed.assign(message).append(kTail);
    if (inflate(known)) return known.plain;
    known.packed.clear();
    return std::nullopt;
}

bool Inflater::inflate(Message& message) {
    z_stream& zlib = stream_->zlib;
    inflateReset(&zlib);
    zlib.next_in = reinterpret_cast<Bytef*>(message.packed.data());
    zlib.avail_in = static_cast<uInt>(message.packed.size());
    std::size_t size = 0;
    int code = Z_OK;
    do {
        if (size > kMost) return false;
        message.plain.resize(size + kStep);
        zlib.next_out = reinterpret_cast<Bytef*>(message.plain.data() + size);
        zlib.avail_out = kStep;
        code = ::inflate(&zlib, Z_SYNC_FLUSH);
        size += kStep - zlib.avail_out;
    } while (code == Z_OK && (zlib.avail_in > 0 || zlib.avail_out == 0));
    message.plain.resize(size);
    return (code == Z_OK || code == Z_BUF_ERROR) && zlib.avail_in == 0;
}

}  // namespace causeway::bench
