// Undoes permessage-deflate (RFC 7692, 7.2.2) where no message leans on an earlier one. One for a whole
// swarm.
#pragma once

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

    // The message, valid until the next call; nothing if it is no deflated one, or over 64 MiB. The same
    // octets again, as the receivers of a fan-out get them, are not inflated again.
    [[nodiscard]] std::optional<std::string_view> inflated(std::string_view message);

private:
    struct Stream;
    [[nodiscard]] bool inflate(std::string_view message);

    const std::unique_ptr<Stream> stream_;
    std::string last_;
    std::string plain_;
};

}  // namespace causeway::bench
