// How far devices have got, and which logs their sessions are receiving, on its way to the store:
// gathered and written together, at least every second and at once when a session ends. One per shard,
// on its thread.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "broker/base/numbers.hpp"
#include "storage/store.hpp"

namespace causeway::session {

class Cursors {
public:
    using Post = std::function<void(std::function<void()>)>;
    // Moves of so many devices and logs are kept while the store refuses them.
    static constexpr std::size_t kMostRefused = 100'000;

    // `store` outlives this object; `post` runs a task on the shard's thread while this object lives.
    Cursors(storage::Store& store, Post post) : store_(store), post_(std::move(post)) {}

    // `log` is the destination's name as clients say it.
    struct Key {
        std::string user;
        std::string device;
        std::string log;
        auto operator<=>(const Key&) const = default;
    };
    // The device has everything up to `to`. Never moves back.
    void move(const Key& key, Offset to);
    // The device begins behind `first`, unless it has a place in the log already: then that stays.
    void place(const Key& key, Offset first);
    // A session of the device begins to receive the log. With the next flush_and(): then something may be
    // sent.
    void begin(const Key& key);
    // It ended, and was sent everything up to `written`.
    void end(const Key& key, Offset written);

    // Hands all that was gathered to the store. What the store refuses is tried again with the next
    // flush: until then a cursor lags, which costs a repeat, never a gap.
    void flush();
    // The same, and calls `then` on the shard's thread when it is done, and so is everything that any shard
    // handed over before; or when the store refused it: then with false.
    void flush_and(std::function<void(bool written)> then);
    [[nodiscard]] bool empty() const { return moves_.empty(); }

private:
    struct Move {
        std::optional<Offset> to;
        Offset written{};
        int sessions = 0;
        std::optional<Offset> first;
    };
    using Moves = std::map<Key, Move>;
    static storage::MoveCursors request_of(const Moves& moves);
    static void add(Move& into, const Move& move);
    void take_back(const storage::MoveCursors& refused);

    storage::Store& store_;
    const Post post_;
    Moves moves_;
};

}  // namespace causeway::session
