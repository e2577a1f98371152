// What the client's side is known to have. A write proves nothing: the octets may lie in a socket
// buffer when the client dies. A pong does: it answers a ping that was written after them.
// Values in, values out; the session sends the pings. One per session.
#pragma once

#include <cstdint>
#include <optional>

#include "broker/base/clock.hpp"

namespace causeway::session {

class ProofOfReceipt {
public:
    static constexpr Milliseconds kEvery{200};  // at most one ping of ours per this time

    // Something was delivered whose receipt matters.
    void on_delivered() { ++delivered_; }
    // The next ping need not wait.
    void hurry() { next_ping_ = {}; }
    // A ping is due now: returns the token it must carry.
    [[nodiscard]] std::optional<std::uint32_t> ping_due(Monotonic now) {
        if (delivered_ == proven_ || outstanding_ || now < next_ping_) return std::nullopt;
        outstanding_ = true;
        next_ping_ = now + kEvery;
        pinged_ = delivered_;
        return ++token_;
    }
    // When ping_due() may say yes, if nothing else happens.
    [[nodiscard]] std::optional<Monotonic> due() const {
        if (delivered_ == proven_ || outstanding_) return std::nullopt;
        return next_ping_;
    }
    // True when this pong proves that all deliveries up to the ping have arrived.
    [[nodiscard]] bool on_pong(std::uint32_t token) {
        if (!outstanding_ || token != token_) return false;
        outstanding_ = false;
        proven_ = pinged_;
        return true;
    }

private:
    std::uint64_t delivered_ = 0;
    std::uint64_t pinged_ = 0;
    std::uint64_t proven_ = 0;
    std::uint32_t token_ = 0;
    bool outstanding_ = false;
    Monotonic next_ping_{};
};

}  // namespace causeway::session
