// Carries the store's outbox to NATS: reads it in the order of ids, hands it to the bridge, removes what is
// confirmed. Whatever is not confirmed is handed over again, in order and with the same id, so that an
// outage or a crash delays events and loses none. A thread of its own; everybody else only leaves word.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "bridge/bridge.hpp"
#include "broker/base/clock.hpp"
#include "storage/care.hpp"
#include "storage/store.hpp"

namespace causeway {

class OutboxSender {
public:
    // Everything outlives this object's thread; the store must end before this object does.
    OutboxSender(storage::Store& store, storage::StoreCare& care, const Clock& clock)
        : store_(store), care_(care), clock_(clock) {}
    OutboxSender(const OutboxSender&) = delete;
    OutboxSender& operator=(const OutboxSender&) = delete;
    ~OutboxSender() { finish(Milliseconds{0}); }

    // Begins with what is in the outbox.
    void start(bridge::Bridge& bridge);
    // What is on its way is waited for, at most so long; the rest stays in the outbox. Returns when the
    // thread has ended.
    void finish(Milliseconds patience);

    // Any thread; the next four never block.
    // A commit has added something.
    void wake();
    // There is a connection to NATS again.
    void connected();
    void on_kept(std::vector<bridge::KeptAnswer> answers);
    // By an operator: everything at once, what NATS refused included.
    void retry();

private:
    static constexpr std::size_t kPage = 256;
    static constexpr std::size_t kMostSettling = 4096;  // confirmed and not yet removed
    static constexpr Milliseconds kFirstPause{100};
    static constexpr Milliseconds kLongestPause{5'000};
    static constexpr Milliseconds kHeldFor{60'000};

    // What others have left word of.
    struct Word {
        bool woken = false;
        bool connected = false;
        bool retry = false;
        std::vector<bridge::KeptAnswer> answers;
        std::optional<std::variant<std::vector<storage::OutboxEvent>, storage::ReadFailed>> page;
        std::optional<bool> settled;  // whether the store did
    };

    template <typename Leave>
    void leave_word(Leave leave);
    void run();
    [[nodiscard]] Word next_word();
    [[nodiscard]] bool may_end();
    [[nodiscard]] Monotonic next_wake() const;
    void heed(Word& word);
    void on_page(std::vector<storage::OutboxEvent> events);
    void on_answer(const bridge::KeptAnswer& answer);
    void on_settled(bool done);
    void begin_again();
    void hand_over();
    void read();
    void settle();
    void pause(const std::string& why);
    [[nodiscard]] bool is_known(std::uint64_t id) const;

    storage::Store& store_;
    storage::StoreCare& care_;
    const Clock& clock_;
    bridge::Bridge* bridge_ = nullptr;  // constant after start()

    std::mutex mutex_;
    std::condition_variable changed_;
    // Guarded by mutex_
    Word word_;
    bool left_ = false;
    std::optional<Monotonic> stop_at_;

    // The thread's only
    std::deque<storage::OutboxEvent> page_;  // read, and not yet handed over
    std::uint64_t after_ = 0;                // the last id read
    bool reading_ = false;
    bool more_ = true;    // the outbox may have more above after_
    bool stale_ = false;  // the page on its way was asked for before beginning again
    std::set<std::uint64_t> in_flight_;
    std::set<std::uint64_t> confirmed_;  // and still in the outbox, or in the page on its way
    std::vector<std::uint64_t> gone_;    // of those: in the page at most
    std::vector<std::uint64_t> to_settle_;
    std::vector<std::uint64_t> settling_;
    std::set<std::uint64_t> held_;  // NATS refuses them: set aside, for the others' sake
    Monotonic held_until_{};
    bool troubled_ = false;  // nothing is handed over until all in flight are answered
    Monotonic resume_at_{};
    Monotonic settle_at_{};
    Milliseconds pause_{kFirstPause};
    std::string told_;  // the trouble last logged; empty: none

    std::thread thread_;
};

}  // namespace causeway
