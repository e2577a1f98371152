// A queue's messages that wait for their time. Half a window of stored ones is kept as they are; of those
// beyond nothing but their places, and they are read again when they are due: so they take no room from
// those behind them. Values in, values out.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "broker/base/clock.hpp"
#include "broker/queue/item.hpp"
#include "broker/queue/window.hpp"

namespace causeway::queue {

class DelayedItems {
public:
    explicit DelayedItems(const WindowOptions& window) : window_(window) {}

    // Returns the item's new size, which may be less.
    std::size_t add(Monotonic due, Item item);
    // Those whose time has come and that are here. The others are wished for.
    [[nodiscard]] std::vector<Item> on_time(Monotonic now);
    // When on_time() is needed next.
    [[nodiscard]] std::optional<Monotonic> due() const;

    // What is to be read of those whose time has come, if anything, at most `limit` entries; then on_page()
    // or on_failed() must follow.
    [[nodiscard]] std::optional<PageWish> wish(std::size_t limit);
    struct Read {
        std::vector<Item> here;  // with their messages, and what they cost without them
        std::vector<Item> gone;  // no longer in the store
    };
    [[nodiscard]] Read on_page(const PageWish& wish, std::vector<StoredMessage> messages, bool more);
    void on_failed() { reading_ = false; }
    [[nodiscard]] bool is_reading() const { return reading_; }

    // Those that `meant` says are taken out and returned.
    [[nodiscard]] std::vector<Item> take_if(const std::function<bool(const Item&)>& meant);
    // Of those that are stored.
    [[nodiscard]] Offset newest() const;
    [[nodiscard]] std::size_t size() const { return waiting_.size() + due_.size(); }
    // So many that no more should come.
    [[nodiscard]] bool full() const { return bare_ >= kWindows * window_.messages; }

private:
    static constexpr std::size_t kWindows = 100;  // of items without their messages

    void forget(const Item& item);

    const WindowOptions window_;
    std::multimap<Monotonic, Item> waiting_;
    std::map<Place, Item> due_;  // to be read
    Held kept_;                  // stored ones that are here
    std::size_t bare_ = 0;       // those that are not
    bool reading_ = false;
};

}  // namespace causeway::queue
