// zlib as a client uses it: messages deflated and inflated as RFC 7692, 7.2 says.
#pragma once

#include <zlib.h>

#include <stdexcept>
#include <string>
#include <string_view>

namespace deflate_client {

// With the last four octets taken off. `flush` Z_FINISH: in blocks of which the last has BFINAL, and the
// octet 0 that belongs behind it.
inline std::string deflated(std::string_view message, int flush = Z_SYNC_FLUSH, int level = 9) {
    z_stream zlib{};
    if (deflateInit2(&zlib, level, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY) != Z_OK)
        throw std::runtime_error("deflateInit2");
    std::string out(message.size() + message.size() / 512 + 1024, '\0');
    zlib.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(message.data()));
    zlib.avail_in = static_cast<uInt>(message.size());
    zlib.next_out = reinterpret_cast<Bytef*>(out.data());
    zlib.avail_out = static_cast<uInt>(out.size());
    deflate(&zlib, flush);
    out.resize(out.size() - zlib.avail_out);
    deflateEnd(&zlib);
    if (flush == Z_FINISH) return out + std::string(1, '\0');
    out.resize(out.size() - 4);
    return out;
}

// Throws on what no client could inflate without anything of earlier messages.
inline std::string inflated(std::string_view message) {
    z_stream zlib{};
    if (inflateInit2(&zlib, -15) != Z_OK) throw std::runtime_error("inflateInit2");
    const std::string input = std::string(message) + std::string("\0\0\xff\xff", 4);
    std::string out;
    std::string part(64 * 1024, '\0');
    zlib.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));
    zlib.avail_in = static_cast<uInt>(input.size());
    int code = Z_OK;
    do {
        zlib.next_out = reinterpret_cast<Bytef*>(part.data());
        zlib.avail_out = static_cast<uInt>(part.size());
        code = inflate(&zlib, Z_SYNC_FLUSH);
        out.append(part, 0, part.size() - zlib.avail_out);
    } while (code == Z_OK && (zlib.avail_in > 0 || zlib.avail_out == 0));
    inflateEnd(&zlib);
    if (code != Z_OK && code != Z_BUF_ERROR) throw std::runtime_error("the message does not inflate");
    return out;
}

}  // namespace deflate_client
