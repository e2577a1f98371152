// The commands of STOMP, and who may say which.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace causeway::stomp {

enum class Command : std::uint8_t {
    // From a client
    kSend,
    kSubscribe,
    kUnsubscribe,
    kAck,
    kNack,
    kBegin,
    kCommit,
    kAbort,
    kConnect,
    kStomp,
    kDisconnect,
    // From a server
    kMessage,
    kReceipt,
    kError,
    kConnected,
};

// Whom we talk to.
enum class Peer : std::uint8_t { kClient, kServer };

[[nodiscard]] std::string_view name_of(Command command);

// The command of exactly this name, if `peer` may send it.
[[nodiscard]] std::optional<Command> command_of(std::string_view name, Peer peer);

// STOMP 1.2, "Body": SEND, MESSAGE and ERROR, no other.
[[nodiscard]] constexpr bool may_have_body(Command command) {
    return command == Command::kSend || command == Command::kMessage || command == Command::kError;
}

// STOMP 1.2, "Value Encoding": all frames but CONNECT (so STOMP as well) and CONNECTED escape their headers.
[[nodiscard]] constexpr bool escapes_headers(Command command) {
    return command != Command::kConnect && command != Command::kStomp && command != Command::kConnected;
}

}  // namespace causeway::stomp
