// Undoes permessage-deflate (RFC 7692, 7.2.2) for one message after the other, never beyond a limit. One per
// shard: nothing is kept between messages, so that a client costs nothing while it is silent. One thread.
// Valid C++17.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace causeway::net {

class Inflater {
public:
    enum class Result {
        kDone,
        kTooLarge,  // inflates to more than the limit; stopped there
        kBroken,    // no deflated data, or it ends within a block
    };

    Inflater();
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;
    ~Inflater();

    // `message` as it came off its frames, without the four octets that its sender took off the end. Appends
    // to `out`, at most `limit` octets. Throws std::bad_alloc.
    [[nodiscard]] Result inflate(std::string_view message, std::size_t limit, std::string& out);

private:
    struct Stream;
    [[nodiscard]] Result run(std::string_view input, std::size_t limit, std::string& out);

    std::unique_ptr<Stream> stream_;  // null until the first message
};

}  // namespace causeway::net
