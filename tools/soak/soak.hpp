// The run from its first connection to the last message read again. One thread; blocks until it is over.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "tools/bench/swarm.hpp"
#include "tools/soak/broker_child.hpp"
#include "tools/soak/listening.hpp"
#include "tools/soak/options.hpp"
#include "tools/soak/plan.hpp"
#include "tools/soak/recorder.hpp"
#include "tools/soak/talk.hpp"

namespace causeway::soak {

// The broker does not let the users in, or did not come back.
class NoBroker : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

class Soak final : private bench::Listener {
public:
    // All outlive this object; `child` may be null. Throws bench::BadOptions.
    Soak(const Options& options, const Plan& plan, Recorder& recorder, BrokerChild* child);

    // All of it. Throws NoBroker.
    void run();
    // Only the end of it: reads every conversation from the start. Throws NoBroker.
    void reread();

private:
    void on_connected(bench::Client& client) override;
    void on_frame(bench::Client& client, const bench::FrameView& frame, std::uint64_t now) override;
    void on_closed(bench::Client& client, bool asked, std::string_view why) override;

    void on_receipt(bench::Client& client, const bench::FrameView& frame);
    void on_refusal(const bench::FrameView& frame);
    void make_conversations(std::uint64_t user);
    void set_up();
    void talk_for_a_while();
    void drain();
    void kill_if_due();
    void connect_all(std::uint64_t first, std::uint64_t last);
    // Journal first, then the frames; reconnects whom it must.
    void turn(std::uint64_t until);
    // A while without any progress: the message says what did not come.
    [[nodiscard]] bool stuck() const;
    [[nodiscard]] std::uint64_t since_start_ms() const;
    [[nodiscard]] std::string trouble(const std::string& what) const;

    // Constant after construction
    const Options& options_;
    const Plan& plan_;
    const bench::Options target_;
    BrokerChild* const child_;

    Recorder& recorder_;
    bench::Swarm swarm_;
    Talk talk_;
    Listening listening_;
    std::vector<bool> wanted_;              // clients that should be connected
    std::vector<std::uint64_t> reopen_at_;  // by client; 0: connected or on its way
    std::vector<bool> made_;                // conversations
    std::uint64_t unmade_;
    bool listens_ = false;  // the conversations are there
    std::uint64_t random_;
    std::uint64_t kill_at_ = 0;
    std::uint64_t progress_at_;
    const std::uint64_t started_at_;
    std::string last_refusal_;
};

}  // namespace causeway::soak
