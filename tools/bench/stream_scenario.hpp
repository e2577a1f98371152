// What fanout, users and stored share: numbered messages in an open loop (a rate) or a closed one (a
// window of messages under way), and an end when all of them have arrived.
#pragma once

#include "tools/bench/scenario.hpp"

namespace causeway::bench {

class StreamScenario : public Scenario {
public:
    using Scenario::Scenario;

    [[nodiscard]] std::uint64_t tick(std::uint64_t now) override;
    [[nodiscard]] bool finished(std::uint64_t now) const override;

protected:
    // Sends message `number`, due at `due` (nanoseconds since the run began).
    virtual void send_one(std::uint64_t number, std::uint64_t due) = 0;
    [[nodiscard]] virtual std::uint64_t under_way() const = 0;
    [[nodiscard]] virtual bool all_arrived() const = 0;
    [[nodiscard]] std::uint64_t sent() const { return sent_; }
    [[nodiscard]] bool all_sent(std::uint64_t now) const;

private:
    std::uint64_t sent_ = 0;
};

}  // namespace causeway::bench
