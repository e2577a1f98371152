// The accounting: which messages were attempted, receipted and found again, by the events of a run and
// nothing else. One thread.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "tools/soak/event.hpp"

namespace causeway::soak {

// Of one place. A message counts once for each listener there.
struct Tally {
    std::uint64_t expected = 0;
    std::uint64_t seen = 0;  // of those
    std::uint64_t lost = 0;
    std::uint64_t duplicated = 0;
    std::uint64_t unexpected = 0;
    std::uint64_t reordered = 0;
    std::uint64_t redelivered = 0;  // marked as such, which `resume: device` may
};

struct Figures {
    std::uint64_t attempted = 0;
    std::uint64_t receipted = 0;
    std::uint64_t recovered = 0;  // found when the conversations were read again
    std::uint64_t refused = 0;    // and tried again
    std::uint64_t misnumbered = 0;
    std::uint64_t not_recovered = 0;
    std::uint64_t kills = 0;
    std::uint64_t crashes = 0;
    bool drained = false;
    bool reread = false;
    Tally log, exact, device;

    [[nodiscard]] std::uint64_t lost() const { return log.lost + exact.lost + device.lost; }
    [[nodiscard]] std::uint64_t duplicated() const {
        return log.duplicated + exact.duplicated + device.duplicated;
    }
    [[nodiscard]] std::uint64_t unexpected() const {
        return log.unexpected + exact.unexpected + device.unexpected;
    }
    [[nodiscard]] std::uint64_t reordered() const {
        return log.reordered + exact.reordered + device.reordered;
    }
    // Every promise that could be judged was kept, and what was stored could be.
    [[nodiscard]] bool good() const {
        return reread && crashes == 0 &&
               lost() + duplicated() + unexpected() + reordered() + misnumbered + not_recovered == 0;
    }
};

class Ledger {
public:
    void apply(const Event& event);

    // What is lost is judged for places whose time has come: listeners once the run has drained, the log
    // once it was read again.
    [[nodiscard]] Figures figures() const;
    // Receipted messages that a listener has not got yet.
    [[nodiscard]] std::uint64_t awaited() const;

    // As the events said.
    [[nodiscard]] std::uint64_t run() const { return run_; }
    [[nodiscard]] std::uint64_t users() const { return users_; }
    [[nodiscard]] const std::vector<std::vector<std::uint64_t>>& members() const { return members_; }
    [[nodiscard]] std::uint64_t listeners() const { return listeners_.size(); }

private:
    struct Message {
        std::uint64_t conversation = 0;
        std::uint64_t user = 0;
        std::size_t place = 0;       // in messages_of_
        std::uint64_t sequence = 0;  // by its RECEIPT
        std::uint64_t offset = 0;    // where it was seen first
        bool attempted = false;
        bool receipted = false;
        bool refused = false;
        bool in_log = false;
    };
    struct Listener {
        Place place = Place::kLog;
        std::uint64_t conversation = 0;
        std::uint64_t end = 0;       // highest offset
        std::uint64_t sequence = 0;  // the last one; of the log only
        std::vector<bool> seen;      // by Message::place
        Tally tally;
    };

    void on_attempt(const Event& event);
    void on_receipt(const Event& event);
    void on_received(const Event& event);
    void check_numbers(Listener& listener, Message& message, std::uint64_t offset, std::uint64_t sequence);
    [[nodiscard]] bool is_lost(const Listener& listener, const Message& message) const;
    void judge_senders(Tally& log) const;

    std::uint64_t run_ = 0;
    std::uint64_t users_ = 0;
    std::vector<std::vector<std::uint64_t>> members_;      // of conversations
    std::vector<std::vector<std::uint64_t>> messages_of_;  // conversations
    std::vector<Message> messages_;
    std::map<std::uint64_t, Listener> listeners_;
    Figures counted_;
};

}  // namespace causeway::soak
