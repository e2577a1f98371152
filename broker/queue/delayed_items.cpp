#include "broker/queue/delayed_items.hpp"

#include <algorithm>
#include <utility>

namespace causeway::queue {

namespace {

constexpr std::size_t kBare = 160;  // octets of an item without its message, about

}  // namespace

std::size_t DelayedItems::add(Monotonic due, Item item) {
    if (item.place.is_stored()) {
        const bool fits =
            kept_.messages < window_.messages / 2 && kept_.bytes + item.bytes <= window_.bytes / 2;
        if (fits) {
            kept_.add(item.bytes);
        } else {
            item.message.reset();
            item.bytes = std::min(item.bytes, kBare);
            ++bare_;
        }
    }
    const std::size_t bytes = item.bytes;
    waiting_.emplace(due, std::move(item));
    return bytes;
}

void DelayedItems::forget(const Item& item) {
    if (!item.message)
        --bare_;
    else if (item.place.is_stored())
        kept_.remove(item.bytes);
}

std::vector<Item> DelayedItems::on_time(Monotonic now) {
    std::vector<Item> here;
    while (!waiting_.empty() && waiting_.begin()->first <= now) {
        Item item = std::move(waiting_.begin()->second);
        waiting_.erase(waiting_.begin());
        if (!item.message) {
            due_.emplace(item.place, std::move(item));
            continue;
        }
        forget(item);
        here.push_back(std::move(item));
    }
    return here;
}

std::optional<Monotonic> DelayedItems::due() const {
    if (waiting_.empty()) return std::nullopt;
    return waiting_.begin()->first;
}

std::optional<PageWish> DelayedItems::wish(std::size_t limit) {
    if (reading_ || due_.empty() || limit == 0) return std::nullopt;
    reading_ = true;
    const Offset first = due_.begin()->first.offset;
    return PageWish{Offset{value(first) - 1}, limit, due_.rbegin()->first.offset, PageWish::Reads::kDelayed};
}

// A page holds all that the queue has between its first and its last one, or to the end.
DelayedItems::Read DelayedItems::on_page(const PageWish& wish, std::vector<StoredMessage> messages,
                                         bool more) {
    reading_ = false;
    Read read;
    const Offset read_to = messages.empty() ? wish.after : messages.back().offset;
    const Offset last = more ? read_to : wish.stored_end;
    for (StoredMessage& one : messages) {
        const auto at = due_.find({one.offset, 0});
        if (at == due_.end() || !one.message) continue;
        forget(at->second);
        at->second.message = std::move(one.message);
        read.here.push_back(std::move(at->second));
        due_.erase(at);
    }
    if (wish.after >= last) return read;
    const auto first = due_.upper_bound({wish.after, 0});
    const auto behind = due_.upper_bound({last, 0});
    for (auto at = first; at != behind; ++at) {
        forget(at->second);
        read.gone.push_back(std::move(at->second));
    }
    due_.erase(first, behind);
    return read;
}

std::vector<Item> DelayedItems::take_if(const std::function<bool(const Item&)>& meant) {
    std::vector<Item> taken;
    const auto look = [&](auto& entry) {
        if (!meant(entry.second)) return false;
        forget(entry.second);
        taken.push_back(std::move(entry.second));
        return true;
    };
    std::erase_if(waiting_, look);
    std::erase_if(due_, look);
    return taken;
}

Offset DelayedItems::newest() const {
    Offset newest{};
    for (const auto& [due, item] : waiting_)
        if (item.place.is_stored()) newest = std::max(newest, item.place.offset);
    return due_.empty() ? newest : std::max(newest, due_.rbegin()->first.offset);
}

}  // namespace causeway::queue
