#include "broker/base/message_id.hpp"

namespace causeway {

namespace {

constexpr char kAlphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

// Adds one; true when all bits were ones.
bool increment(std::array<unsigned char, 10>& tail) {
    for (auto byte = tail.rbegin(); byte != tail.rend(); ++byte)
        if (++*byte != 0) return false;
    return true;
}

}  // namespace

std::string MessageIds::next() {
    const std::int64_t now = to_ms(clock_.wall());
    if (now > last_ms_) {
        last_ms_ = now;
        random_.fill(tail_.data(), tail_.size());
        tail_[0] &= 0x7f;  // room to count up
    } else if (increment(tail_)) {
        ++last_ms_;
    }

    std::array<unsigned char, 16> bits{};
    auto ms = static_cast<std::uint64_t>(last_ms_);
    for (std::size_t i = 6; i-- > 0; ms >>= 8) bits[i] = static_cast<unsigned char>(ms);
    for (std::size_t i = 0; i < tail_.size(); ++i) bits[6 + i] = tail_[i];

    // 128 bits as 26 digits of 5: the first digit holds the top 3 bits.
    std::string id(kMessageIdLength, '0');
    unsigned int held = 0;
    unsigned int bits_held = 2;  // two leading zero bits make 130
    std::size_t out = 0;
    for (const unsigned char byte : bits) {
        held = held << 8 | byte;
        bits_held += 8;
        while (bits_held >= 5) {
            bits_held -= 5;
            id[out++] = kAlphabet[held >> bits_held & 31];
        }
        held &= (1U << bits_held) - 1;
    }
    return id;
}

}  // namespace causeway
