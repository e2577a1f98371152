// What is heard: subscriptions that continue where they were after each loss of their connection, by the
// offset and epoch they remember, or by what the broker remembers of their device.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tools/bench/swarm.hpp"
#include "tools/soak/plan.hpp"
#include "tools/soak/recorder.hpp"

namespace causeway::soak {

class Listening {
public:
    // All outlive this object. `first` is the number of the first listener.
    Listening(const Plan& plan, bench::Swarm& swarm, Recorder& recorder, std::uint64_t first)
        : plan_(plan), swarm_(swarm), recorder_(recorder), first_(first) {}

    void add(std::uint64_t client, Place place, std::uint64_t conversation);

    // From here on only those that are added then; their numbers go on.
    void forget();
    // The client is connected: its listeners SUBSCRIBE.
    void resume(std::uint64_t client);
    // The client has gone, and with it what was not acknowledged.
    void on_closed(std::uint64_t client);
    // "s…" of a RECEIPT.
    void on_receipt(std::string_view listener, const bench::FrameView& frame);
    // True when it was an entry of a log.
    bool on_message(std::uint64_t client, const bench::FrameView& frame);

    // Every listener has its RECEIPT on a connection that lives.
    [[nodiscard]] bool all_placed() const { return placed_ == listeners_.size(); }
    // … and those of Place::kLog have read up to the end that the RECEIPT named.
    [[nodiscard]] bool all_read() const;

private:
    struct Listener {
        std::uint64_t number;  // in the journal
        std::uint64_t client;
        Place place;
        std::uint64_t conversation;
        bool placed = false;
        bool placed_once = false;
        std::uint64_t offset = 0;  // of the last entry
        std::uint64_t wanted = 0;  // `last` of the RECEIPT
        std::string epoch;
    };
    void subscribe(const Listener& listener);
    void acknowledge(const Listener& listener, const bench::FrameView& frame);

    const Plan& plan_;
    bench::Swarm& swarm_;
    Recorder& recorder_;
    std::uint64_t first_;
    std::vector<Listener> listeners_;
    std::map<std::uint64_t, std::vector<std::size_t>> of_client_;
    std::size_t placed_ = 0;
};

}  // namespace causeway::soak
