// A subscription as its client remembers it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "storage/store.hpp"

namespace causeway::model {

enum class From : std::uint8_t { kLive, kOffset, kDevice };

struct Subscription {
    enum class State : std::uint8_t { kAsked, kOpen, kLeaving, kEnded };

    // As it was asked for
    std::uint64_t serial = 0;  // unique in the trial
    std::string id;
    storage::Log log;
    std::string destination;
    std::string device;  // empty: none
    std::uint64_t session = 0;
    From from = From::kLive;
    std::optional<std::uint64_t> after;
    std::string epoch;     // of `after`; empty: not said
    bool implied = false;  // kDevice: because it is a user queue of a named device
    std::string ack = "auto";
    bool with_receipt = true;
    std::uint64_t asked_at = 0;    // the judge's time
    std::uint64_t end_at_ask = 0;  // of the store

    // As it went
    State state = State::kAsked;
    bool answered = false;               // first, last, epoch have come
    bool seen_settled = false;           // a settled world has shown where it begins
    std::optional<std::uint64_t> start;  // everything above is to come; nothing: where the device was
    std::vector<std::uint64_t> got;
    std::uint64_t acked = 0;  // of ack modes: the end of the prefix that was acknowledged

    [[nodiscard]] bool is_user_queue() const { return log.kind != storage::Log::Kind::kConversation; }
    // The last that came, or where it began.
    [[nodiscard]] std::optional<std::uint64_t> reached() const {
        if (got.empty()) return start;
        return got.back();
    }
};

}  // namespace causeway::model
