// Events for other programs, written in the transaction of what they tell of, and gone when they have
// been sent. Knows nothing of who sends them. Store thread only; forget it after a failed commit.
#pragma once

#include <cstdint>
#include <vector>

#include "broker/base/clock.hpp"
#include "storage/committed.hpp"
#include "storage/entry_log.hpp"

namespace causeway::storage {

class Outbox {
public:
    // `make_event` may be empty: then nothing is ever added. All outlive this object.
    Outbox(Database& database, EntryLog& entries, const Clock& clock, const MakeOutboxEvent& make_event);

    // What is to be told of this, if anything. The id is the entry's offset, or (of what has none) a number
    // of the same counter; so ids increase and none is used twice.
    void add(const Committed& committed);
    // Whether any of them was still there.
    bool settle(const SettleOutbox& request);
    [[nodiscard]] std::uint64_t waiting() const { return state_.waiting; }
    struct State {
        std::uint64_t last_id = 0;
        std::uint64_t waiting = 0;
    };
    [[nodiscard]] const State& state() const { return state_; }
    // What was added and settled since is rolled back.
    void put_back(const State& state) { state_ = state; }
    // When the first that waits was made, milliseconds since 1970; 0: none waits.
    [[nodiscard]] std::int64_t oldest_at();

private:
    [[nodiscard]] std::uint64_t id_for(const Committed& committed);
    [[nodiscard]] bool only_these_between(const std::vector<std::uint64_t>& ids);

    EntryLog& entries_;
    const Clock& clock_;
    const MakeOutboxEvent& make_event_;
    State state_;
    Statement insert_;
    Statement select_between_;
    Statement delete_between_;
    Statement select_oldest_;
};

// Events with an id above `after`, ascending; `limit` of them, or as many as `bytes` allow. Any connection.
[[nodiscard]] std::vector<OutboxEvent> outbox_page(Database& database, std::uint64_t after, std::size_t limit,
                                                   std::size_t bytes);

}  // namespace causeway::storage
