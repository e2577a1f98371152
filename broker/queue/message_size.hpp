// What a message that waits costs.
#pragma once

#include <cstddef>

#include "broker/routing/message.hpp"

namespace causeway::queue {

// Octets, about: body and headers, and what surrounds them. Makes no form of the content that is not there.
[[nodiscard]] inline std::size_t size_of(const routing::Message& message) {
    constexpr std::size_t kAround = 512;
    constexpr std::size_t kHeader = 64;
    const routing::Content& content = *message.content;
    std::size_t size = kAround + message.destination.size() +
                       (content.protobuf().empty() ? content.body().size() : content.protobuf().size());
    for (const auto& [name, text] : message.headers) size += kHeader + name.size() + text.size();
    return size;
}

}  // namespace causeway::queue
