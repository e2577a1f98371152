// A STOMP frame as the decoder found it. Everything in it is a view, valid until the next call of the
// decoder.
#pragma once

#include <optional>
#include <string_view>

#include "stomp/command.hpp"
#include "stomp/header_list.hpp"

namespace causeway::stomp {

class Frame {
public:
    [[nodiscard]] Command command() const { return command_; }
    // Each name once, in the order of arrival, unescaped.
    [[nodiscard]] const HeaderList& headers() const { return headers_; }
    // The value of the first header of this name. Names are case-sensitive.
    [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const {
        return headers_.find(name);
    }
    [[nodiscard]] std::string_view body() const { return body_; }

private:
    friend class Decoder;

    Command command_ = Command::kSend;
    std::string_view body_;
    HeaderList headers_;
};

}  // namespace causeway::stomp
