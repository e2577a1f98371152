// One session's SENDs that are stored before they are delivered, and those to the same destination that
// therefore wait: what a session sends to one destination is delivered in that order. SENDs to other
// destinations do not wait. Outlives its session where SENDs are under way: what was taken is carried out.
// One per session, on its shard's thread; only ever owned by a shared_ptr.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <variant>

#include "broker/routing/router.hpp"
#include "broker/session/services.hpp"

namespace causeway::session {

// A message as it came to be: stored, or passed on.
struct Sent {
    std::string message_id;
    std::int64_t timestamp;
    std::optional<Offset> offset;  // nothing: not stored
    bool duplicate = false;        // it had been stored before; these are the first one's numbers
};

using SendResult = std::variant<Sent, Refusal>;

class KeptSends : public std::enable_shared_from_this<KeptSends> {
public:
    // Of one session, under way or waiting. Beyond that the session reads no further.
    static constexpr std::size_t kMost = 256;
    static constexpr std::size_t kMostBytes = 1 << 20;  // of bodies

    using OnSent = std::function<void(SendResult)>;  // once, on the shard's thread

    struct Send {
        enum class Way : std::uint8_t {
            kPassOn,  // not stored
            kTopic,   // stored by its topic's history, delivered by the commit
            kInbox,   // the same with `append`: of a user's inbox, or a queue
            kQueue,   // not stored, for a queue, whose owner may refuse it
        };
        Way way;
        routing::MessagePtr message;
        std::shared_ptr<storage::Append> append;
        OnSent on_sent;
        bool not_stored =
            false;  // that was asked for, and its destination keeps nothing: the RECEIPT says so
    };

    explicit KeptSends(Services& services) : services_(services) {}
    KeptSends(const KeptSends&) = delete;
    KeptSends& operator=(const KeptSends&) = delete;

    void submit(Send send);
    // What is passed on to this destination has to wait, so submit() it.
    [[nodiscard]] bool holds(const std::string& destination) const { return lines_.contains(destination); }
    [[nodiscard]] bool idle() const { return count_ == 0; }
    [[nodiscard]] bool full() const { return count_ >= kMost || bytes_ >= kMostBytes; }

private:
    struct Line {
        std::size_t under_way = 0;  // at the store
        std::deque<Send> waiting;
    };
    void carry_out(Line& line, Send send);
    void enqueue(Send send);
    void finish(const Send& send, SendResult result);
    void on_stored(const Send& send, SendResult result);
    void release(const std::string& destination);

    Services& services_;
    std::unordered_map<std::string, Line> lines_;  // by destination, as routed
    std::size_t count_ = 0;
    std::size_t bytes_ = 0;
};

// What the inbox of `owner` is to keep of a message to /user/{owner}/queue/….
[[nodiscard]] std::shared_ptr<storage::Append> inbox_append(const routing::Message& message,
                                                            const std::string& owner,
                                                            std::string_view client_msg_id);

}  // namespace causeway::session
