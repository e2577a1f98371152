// Which of a queue's stored messages are in memory: all up to a place, and none beyond it. Says what to
// read next, and whether one that was just committed follows what is there. Values in, values out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "broker/queue/place.hpp"
#include "broker/routing/message.hpp"

namespace causeway::queue {

// What all queues together may hold is used up, or not.
enum class Memory : std::uint8_t { kEnough, kShort };

struct WindowOptions {
    std::size_t messages = 1'000;  // stored ones that wait in memory, at most …
    std::size_t bytes = 4 << 20;   // … and how much of them, about
    Offset stored_end{};           // no message of this queue was committed beyond, as far as is known
    Offset started_at{};           // what was stored up to here an earlier process may have delivered
};

// Stored messages that wait in memory.
struct Waiting {
    std::size_t messages = 0;
    std::size_t bytes = 0;
    bool front_is_blocked = false;  // the next message of all stands behind some that were not read
};

struct PageWish {
    enum class Reads : std::uint8_t { kOn, kDelayed };  // what follows, or what was here before
    Offset after;
    std::size_t limit;
    Offset stored_end;  // when it was wished for
    Reads reads = Reads::kOn;
};

// A message as a page brings it.
struct StoredMessage {
    Offset offset;
    routing::MessagePtr message;  // with this offset; null: it cannot be understood, and is passed over
    std::uint32_t failed;
};

class Window {
public:
    explicit Window(const WindowOptions& options) : options_(options), end_(options.stored_end) {}

    // All stored messages up to here are in memory, or settled.
    [[nodiscard]] Offset read_through() const { return read_through_; }
    // The newest one that is known of.
    [[nodiscard]] Offset end() const { return end_; }
    [[nodiscard]] bool has_unread() const { return read_through_ < end_; }
    [[nodiscard]] bool is_reading() const { return reading_; }
    [[nodiscard]] bool may_have_been_delivered(Offset offset) const { return offset <= options_.started_at; }

    // One was committed. True: it is to be held; false: it is known, or will be read.
    [[nodiscard]] bool on_committed(Offset offset, bool wanted, const Waiting& waiting, Memory memory);
    [[nodiscard]] std::optional<PageWish> wish(const Waiting& waiting, Memory memory);
    // False: what was read is of no use any more.
    [[nodiscard]] bool on_page(const PageWish& wish, Offset last, bool more, std::size_t bytes,
                               std::size_t messages);
    void on_failed() { reading_ = false; }

    // All beyond this is no longer in memory.
    void forget_beyond(Offset offset);
    // All up to here has left the store.
    void pass(Offset offset);
    // How many more may be read now.
    [[nodiscard]] std::size_t room(const Waiting& waiting, Memory memory) const;

private:
    [[nodiscard]] std::size_t room(const Waiting& waiting) const;

    const WindowOptions options_;
    Offset read_through_{};
    Offset end_;
    std::size_t average_ = 64 << 10;  // octets of a stored message, as far as is known
    std::uint64_t era_ = 0;           // of read_through_, when it moved otherwise than by a page
    std::uint64_t reading_era_ = 0;
    bool reading_ = false;
};

}  // namespace causeway::queue
