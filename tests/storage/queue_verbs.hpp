// What a queue of a store under test holds, in words.
#pragma once

#include <string>

#include "tests/storage/fixture.hpp"

namespace causeway::storage {

inline Envelope envelope_in(const QueueEntry& entry) {
    Envelope envelope;
    (void)envelope.ParseFromString(entry.protobuf);
    return envelope;
}

// "a b=2": message ids in order, with how often each was delivered, if it came back.
inline std::string held(const QueuePage& page) {
    std::string text;
    for (const auto& entry : page.entries) {
        text += (text.empty() ? "" : " ") + envelope_in(entry).messageid();
        if (entry.deliveries > 0) text += "=" + std::to_string(entry.deliveries);
    }
    return text;
}
inline std::string held(StoreUnderTest& store, const std::string& queue) { return held(store.queue(queue)); }

inline std::string header_of(const QueueEntry& entry, std::string_view name) {
    const Envelope envelope = envelope_in(entry);
    std::string found;
    for (const auto& header : envelope.opaque().headers())
        if (header.name() == name) found += (found.empty() ? "" : "|") + header.value();
    return found;
}

inline Settled settle(StoreUnderTest& store, SettleQueue request) {
    return std::get<Settled>(store.submit(std::move(request)));
}

}  // namespace causeway::storage
