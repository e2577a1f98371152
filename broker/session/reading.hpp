// What a frame was read as, before anything is done with it: so that a transaction can read what it will
// carry out later.
#pragma once

#include <optional>
#include <utility>
#include <variant>

#include "broker/base/error_code.hpp"

namespace causeway::session {

// A frame that is not carried out.
struct NotRead {
    NotRead(Refusal why) : refusal(std::move(why)) {}
    // It went back to the decoder and is read again later.
    static NotRead waits() { return {}; }

    std::optional<Refusal> refusal;  // nothing: it waits

private:
    NotRead() = default;
};

template <typename T>
using Read = std::variant<T, NotRead>;

}  // namespace causeway::session
