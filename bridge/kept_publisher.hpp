// Publishes what its owner keeps, and finds out what became of it: a stream's confirmation where there is
// a stream for the subject, a flush where there is none. Belongs to the bridge's thread; only on_reply() is
// called on another.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "bridge/kept_window.hpp"
#include "bridge/nats_connection.hpp"
#include "bridge/nats_options.hpp"
#include "bridge/stream_watch.hpp"

namespace causeway::bridge {

class KeptPublisher {
public:
    using OnAnswers = std::function<void(std::vector<KeptAnswer>)>;

    // Everything referred to outlives this. `wake` is called on the library's thread.
    KeptPublisher(const NatsOptions& options, const Clock& clock, StreamWatch& streams, OnAnswers on_answers,
                  std::function<void()> wake);

    // Any thread; see Bridge::publish_kept.
    [[nodiscard]] bool push(Kept message) { return window_.push(std::move(message)); }
    // The library's thread: an answer to what was published with this token.
    void on_reply(std::uint64_t token, Reply reply);

    // There is a connection.
    void open() { window_.open(); }
    // Publishes what waits and hands out the answers that there are. Blocks for a flush at most.
    void turn(NatsConnection& connection);
    // There is no connection any more: all that is unanswered is uncertain.
    void close(const std::string& reason);

private:
    struct Waiting {
        std::uint64_t id;
        std::string subject;
        std::size_t bytes;
        Monotonic until;
    };

    void publish(NatsConnection& connection, Kept message);
    void read_replies(NatsConnection& connection);
    void read_reply(NatsConnection& connection, const Waiting& waiting, const Reply& reply);
    void give_up_late();
    void flush(NatsConnection& connection);
    void answer(const Waiting& waiting, Fate fate, std::string detail = {});
    void hand_out();

    // Constant after construction
    const NatsOptions& options_;
    const Clock& clock_;
    StreamWatch& streams_;
    const OnAnswers on_answers_;
    const std::function<void()> wake_;

    KeptWindow window_;
    std::mutex mutex_;
    std::vector<std::pair<std::uint64_t, Reply>> replies_;  // guarded by mutex_

    // The bridge's thread only
    std::uint64_t next_token_ = 1;
    std::map<std::uint64_t, Waiting> in_flight_;  // by token, so in the order published
    std::vector<Waiting> unflushed_;              // there is no stream for them
    std::vector<KeptAnswer> answers_;
    std::size_t answered_bytes_ = 0;
};

}  // namespace causeway::bridge
