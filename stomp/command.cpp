#include "stomp/command.hpp"

#include <array>
#include <cstddef>

namespace causeway::stomp {

namespace {

// In the order of Command; the most frequent first.
constexpr std::array<std::string_view, 15> kNames{
    "SEND",    "SUBSCRIBE", "UNSUBSCRIBE", "ACK",     "NACK",    "BEGIN", "COMMIT",    "ABORT",
    "CONNECT", "STOMP",     "DISCONNECT",  "MESSAGE", "RECEIPT", "ERROR", "CONNECTED",
};
constexpr std::size_t kFromClient = 11;

}  // namespace

std::string_view name_of(Command command) { return kNames[static_cast<std::size_t>(command)]; }

std::optional<Command> command_of(std::string_view name, Peer peer) {
    const std::size_t first = peer == Peer::kClient ? 0 : kFromClient;
    const std::size_t end = peer == Peer::kClient ? kFromClient : kNames.size();
    for (std::size_t i = first; i < end; ++i)
        if (kNames[i] == name) return static_cast<Command>(i);
    return std::nullopt;
}

}  // namespace causeway::stomp
