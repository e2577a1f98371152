// Undoes permessage-deflate (RFC 7692, 7.2.2) where no message leans on an earlier one. One for a whole
// swarm.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace causeway::bench {

class Inflater {
public:
    Inflater();
    ~Inflater();
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;

    // The message, valid until the next call; nothing if it is no deflated one, or over 64 MiB. Octets that
    // came lately, as the receivers of a fan-out get the same, are not inflated again.
    [[nodiscard]] std::optional<std::string_view> inflated(std::string_view message);

private:
    struct Stream;
    struct Message {
        std::string packed;  // with the tail it needs; empty: none
        std::string plain;
    };
    [[nodiscard]] bool inflate(Message& message);

    const std::unique_ptr<Stream> stream_;
    std::array<Message, 128> lately_;  // by their hash
};

}  // namespace causeway::bench
