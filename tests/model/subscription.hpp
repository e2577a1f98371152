// A subscription as its client remembers it.
#pragma once

#include <algorithm>
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
    std::uint64_t floor = 0;       // the device had proved that it has all up to here
    std::uint64_t asked_at = 0;    // the judge's time
    std::uint64_t end_at_ask = 0;  // of the store

    // As it went
    State state = State::kAsked;
    bool answered = false;                       // first, last, epoch have come
    bool seen_settled = false;                   // a settled world has shown where it begins
    std::optional<std::uint64_t> start;          // everything above is to come; nothing: where the device was
    std::optional<std::uint64_t> start_at_most;  // of those that are not told where they start
    std::vector<std::uint64_t> got;
    // Of ack modes
    struct Due {
        std::uint64_t offset;
        std::string ack;  // the id to say
        enum class Answer : std::uint8_t { kNone, kAck, kNack } answer = Answer::kNone;
    };
    std::vector<Due> due;  // of each message that came

    [[nodiscard]] bool is_user_queue() const { return log.kind != storage::Log::Kind::kConversation; }
    // Live on an inbox: it is not told where it starts.
    [[nodiscard]] bool is_plain() const {
        return log.kind == storage::Log::Kind::kInbox && from == From::kLive && !acknowledges();
    }
    [[nodiscard]] bool acknowledges() const { return ack != "auto"; }
    [[nodiscard]] std::size_t unanswered() const {
        return static_cast<std::size_t>(std::count_if(
            due.begin(), due.end(), [](const Due& one) { return one.answer == Due::Answer::kNone; }));
    }
    // The device has said that it has everything up to here; nothing: not even where it began is known.
    [[nodiscard]] std::optional<std::uint64_t> proved() const {
        if (!acknowledges()) return reached();
        auto end = start;
        for (const Due& one : due) {
            if (one.answer != Due::Answer::kAck) break;
            end = one.offset;
        }
        return end;
    }
    // The last that came, or where it began.
    [[nodiscard]] std::optional<std::uint64_t> reached() const {
        if (got.empty()) return start;
        return got.back();
    }
};

}  // namespace causeway::model
