// What the peer did wrong, as a value; whoever owns the connection makes an ERROR frame of it and closes.
#pragma once

#include <cstdint>
#include <string>

namespace causeway::stomp {

struct ProtocolError {
    enum class Kind : std::uint8_t {
        kProtocol,  // STOMP violated
        kTooLarge,  // one of Limits exceeded
    };

    Kind kind = Kind::kProtocol;
    // What happened, to what, and what to do. Never the value of a header, never part of a body.
    std::string text;

    bool operator==(const ProtocolError&) const = default;
};

}  // namespace causeway::stomp
