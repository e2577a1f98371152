// A queue and what is around it in one place, in verbs: a store that can be read late, and consumers that
// hold what they were given.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "broker/queue/queue.hpp"

namespace causeway::queue::testing {

inline routing::MessagePtr message(std::string body, std::optional<Offset> offset = {}) {
    auto made = std::make_shared<routing::Message>();
    made->destination = "/queue/q";
    made->content = std::make_shared<const routing::Content>(std::move(body), "text/plain");
    made->offset = offset;
    return made;
}

class QueueAtWork {
public:
    explicit QueueAtWork(const QueueOptions& options = {}) : queue(options) {}

    void puts(const std::string& body) { queue.put(message(body)); }
    // Committed, and told at once.
    Offset stores(const std::string& body) {
        const Offset offset = commits(body);
        queue.on_committed(message(body, offset));
        return offset;
    }
    Offset commits(const std::string& body) {
        const Offset offset{++last};
        stored[offset] = {body, 0};
        return offset;
    }
    ConsumerId consumer(std::size_t prefetch = 1'000) {
        const ConsumerId id{++consumers};
        queue.add_consumer(id, prefetch);
        return id;
    }
    // What a page would bring, without bringing it.
    [[nodiscard]] std::pair<std::vector<StoredMessage>, bool> page(const PageWish& wish) const {
        std::vector<StoredMessage> read;
        for (auto at = stored.upper_bound(wish.after); at != stored.end(); ++at) {
            if (read.size() == wish.limit) return {std::move(read), true};
            read.push_back({at->first, message(at->second.first, at->first), at->second.second});
        }
        return {std::move(read), false};
    }
    bool reads() {
        const auto wish = queue.wish();
        if (!wish) return false;
        auto [messages, more] = page(*wish);
        queue.on_page(*wish, std::move(messages), more);
        return true;
    }
    // Until nothing goes any more. Returns the bodies in order, with what else is said of them.
    std::vector<std::string> delivers() {
        std::vector<std::string> seen;
        do {
            while (const auto assigned = queue.next()) {
                seen.push_back(text_of(assigned->delivery));
                held[assigned->consumer].push_back(assigned->delivery.place);
            }
        } while (reads());
        return seen;
    }
    static std::string text_of(const Delivery& delivery) {
        std::string text = delivery.message->content->body();
        if (delivery.redelivered) text += '!';
        if (delivery.failed > 0) text += std::to_string(delivery.failed);
        return text;
    }
    // What changed is written.
    Changes writes() {
        Changes changes = queue.take_changes();
        for (const Offset offset : changes.done) stored.erase(offset);
        for (const auto& returned : changes.returned)
            if (const auto at = stored.find(returned.offset); at != stored.end())
                at->second.second = returned.failed;
        std::vector<Offset> gone = changes.done;
        for (const DeadLetter& dead : changes.dead)
            if (dead.place.is_stored()) {
                stored.erase(dead.place.offset);
                gone.push_back(dead.place.offset);
            }
        queue.on_written(gone);
        return changes;
    }
    // By the store, then here. Returns how many that were not stored were dropped.
    std::size_t purges() {
        const PurgeMark mark = queue.purge_mark();
        stored.erase(stored.begin(), stored.upper_bound(mark.until));
        return queue.purge(mark);
    }
    std::size_t acks(ConsumerId id) {
        const auto places = std::exchange(held[id], {});
        return queue.ack(id, places);
    }

    Queue queue;
    std::map<Offset, std::pair<std::string, std::uint32_t>> stored;
    std::map<ConsumerId, std::vector<Place>> held;
    std::uint64_t last = 0;
    std::uint64_t consumers = 0;
};

}  // namespace causeway::queue::testing
