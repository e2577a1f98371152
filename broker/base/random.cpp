#include "broker/base/random.hpp"

#include <sys/random.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace causeway {

void SystemRandom::fill(unsigned char* bytes, std::size_t count) {
    while (count > 0) {
        if (used_ == sizeof block_) {
            std::size_t got = 0;
            while (got < sizeof block_) {
                const ssize_t n = ::getrandom(block_ + got, sizeof block_ - got, 0);
                if (n > 0) got += static_cast<std::size_t>(n);
                if (n < 0 && errno != EINTR) throw std::system_error(errno, std::generic_category(), "getrandom");
            }
            used_ = 0;
        }
        const std::size_t take = std::min(count, sizeof block_ - used_);
        std::memcpy(bytes, block_ + used_, take);
        std::memset(block_ + used_, 0, take);
        used_ += take;
        bytes += take;
        count -= take;
    }
}

void SeededRandom::fill(unsigned char* bytes, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        state_ ^= state_ << 13;
        state_ ^= state_ >> 7;
        state_ ^= state_ << 17;
        bytes[i] = static_cast<unsigned char>(state_ >> 32);
    }
}

std::string random_hex(Random& random, std::size_t bytes) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string hex;
    hex.reserve(bytes * 2);
    for (std::size_t i = 0; i < bytes; ++i) {
        unsigned char byte = 0;
        random.fill(&byte, 1);
        hex += digits[byte >> 4];
        hex += digits[byte & 15];
    }
    return hex;
}

}  // namespace causeway
