// The limits that a session keeps, with the defaults of PRODUCT 11. 0 means unlimited where said.
#pragma once

#include <cstddef>

#include "broker/base/clock.hpp"

namespace causeway::session {

struct SessionLimits {
    Milliseconds connect_timeout{10'000};
    std::size_t connect_bytes = 16 * 1024;  // before CONNECTED, in all
    std::size_t frame_bytes = 256 * 1024;
    std::size_t headers = 64;
    std::size_t header_bytes = 8 * 1024;
    std::size_t head_bytes = 32 * 1024;
    std::size_t subscriptions = 200;
    std::size_t unacked = 256;           // messages of one subscription that wait for an ACK
    std::size_t prefetch = 32;           // of a queue's consumer that acknowledges, if it says nothing
    bool resume_devices = true;          // user queues of a named device: resume:device, if nothing is said
    std::size_t sessions_per_user = 20;  // 0 = unlimited
    std::size_t transactions = 16;       // open in one session …
    std::size_t transaction_frames = 1000;    // … and in all of these together
    std::size_t transaction_bytes = 1 << 20;  // of frames in them
    Milliseconds transaction_age{60'000};     // then it is aborted
    double send_per_second = 10;              // /app commands; 0 = unlimited
    double send_burst = 50;
    std::size_t outgoing_bytes = 1 << 20;
    Milliseconds heart_beat{30'000};        // offered both ways; 0 = none
    double heart_beat_tolerance = 2.5;      // × the agreed interval …
    Milliseconds heart_beat_floor{60'000};  // … but never less
    Milliseconds ping_timeout{10'000};      // the second opinion before a client is given up
    Milliseconds expiry_warning{60'000};
    Milliseconds expiry_grace{5'000};
};

}  // namespace causeway::session
