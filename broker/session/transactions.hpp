// The open transactions of one session, within its limits. Values in, values out.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/session/transaction.hpp"

namespace causeway::session {

class Transactions {
public:
    // `limits` outlive this object.
    explicit Transactions(const SessionLimits& limits) : limits_(limits) {}

    // Why there cannot be one more; nothing: there is now.
    [[nodiscard]] std::optional<Refusal> begin(std::string_view name, Monotonic now);
    // Null: there is none. Good until the next call of begin, take or expire.
    [[nodiscard]] Transaction* find(std::string_view name);
    // Why there is none.
    [[nodiscard]] Refusal missing(std::string_view name) const;
    // Why there is no room for a frame of that size; nothing: there is.
    [[nodiscard]] std::optional<Refusal> no_room_for(std::size_t bytes) const;
    [[nodiscard]] std::optional<Transaction> take(std::string_view name);
    // Those that are too old: they are gone now.
    [[nodiscard]] std::vector<Refusal> expire(Monotonic now);
    // When the next one is too old; nothing: none is open.
    [[nodiscard]] std::optional<Monotonic> due() const;

private:
    [[nodiscard]] Refusal too_old(std::string_view name) const;

    const SessionLimits& limits_;
    std::vector<Transaction> open_;    // the oldest first
    std::deque<std::string> expired_;  // names of the last ones that were too old
};

}  // namespace causeway::session
