// Where unpredictable bytes come from. Injected, so that tests can repeat themselves.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace causeway {

class Random {
public:
    Random() = default;
    Random(const Random&) = delete;
    Random& operator=(const Random&) = delete;
    virtual ~Random() = default;
    virtual void fill(unsigned char* bytes, std::size_t count) = 0;
};

// The kernel's generator, read in blocks. Not thread-safe: one per thread.
class SystemRandom final : public Random {
public:
    void fill(unsigned char* bytes, std::size_t count) override;

private:
    unsigned char block_[512] = {};
    std::size_t used_ = sizeof block_;
};

// The same bytes for the same seed (xorshift). For tests only: predictable.
class SeededRandom final : public Random {
public:
    explicit SeededRandom(std::uint64_t seed) : state_(seed | 1) {}
    void fill(unsigned char* bytes, std::size_t count) override;

private:
    std::uint64_t state_;
};

// `bytes` random bytes as lower-case hexadecimal digits.
[[nodiscard]] std::string random_hex(Random& random, std::size_t bytes);

}  // namespace causeway
