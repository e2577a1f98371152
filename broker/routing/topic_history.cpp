#include "broker/routing/topic_history.hpp"

#include <algorithm>
#include <cassert>

#include "broker/routing/shards.hpp"

namespace causeway::routing {

namespace {

constexpr Milliseconds kEmptyKept{std::chrono::hours(24)};  // for its floor
constexpr std::size_t kTopicCost = 512;                     // of a topic without messages, about
constexpr std::size_t kMessageCost = sizeof(Message) + 160;

// What the rule's `bytes` counts.
std::size_t size_of(const Message& message) {
    const Content& content = *message.content;
    std::size_t size = content.protobuf().empty() ? content.body().size() : content.protobuf().size();
    for (const auto& [name, value] : message.headers) size += name.size() + value.size();
    return size;
}

// What it takes in memory: an envelope also has a form in JSON, once somebody wants it.
std::size_t cost_of(const Message& message, std::size_t size) {
    return kMessageCost + size + 2 * message.content->protobuf().size() + message.destination.size();
}

}  // namespace

TopicHistory::TopicHistory(Shards& shards, const Clock& clock, std::string epoch, std::size_t bytes)
    : shards_(shards), clock_(clock), epoch_(std::move(epoch)), limit_(bytes) {}

TopicHistory::Stripe& TopicHistory::stripe_of(std::string_view topic) {
    return stripes_[StringHash{}(topic) % kStripes];
}

Offset TopicHistory::publish(const HistoryRule& rule, const Message& message) {
    auto copy = std::make_shared<Message>(message);
    Offset offset{};
    {
        Stripe& stripe = stripe_of(message.destination);
        const std::lock_guard lock(stripe.mutex);
        offset = Offset{last_offset_.fetch_add(1, std::memory_order_relaxed) + 1};
        copy->offset = offset;
        Topic& topic = topic_of(stripe, rule, message.destination);
        const std::size_t size = size_of(message);
        const std::size_t cost = cost_of(message, size);
        topic.kept.push_back({copy, clock_.monotonic(), size, cost});
        topic.published = topic.kept.back().at;
        topic.bytes += size;
        bytes_.fetch_add(cost, std::memory_order_relaxed);
        bound(topic);
        settle(stripe, topic);
        // Posting takes the mailbox's own lock for a moment and cannot come back here.
        shards_.publish_to(copy, shards_.interest().wanting(copy->destination));
    }
    if (bytes() > limit_) make_room();
    return offset;
}

TopicHistory::Topic& TopicHistory::topic_of(Stripe& stripe, const HistoryRule& rule, std::string_view name) {
    const auto found = stripe.topics.find(name);
    if (found != stripe.topics.end()) return *found->second;
    auto made = std::make_unique<Topic>();
    made->name = name;
    made->rule = &rule;
    made->floor = stripe.forgotten;
    bytes_.fetch_add(kTopicCost + name.size(), std::memory_order_relaxed);
    Topic& topic = *made;
    stripe.topics.emplace(topic.name, std::move(made));
    return topic;
}

void TopicHistory::bound(Topic& topic) {
    const HistoryRule& rule = *topic.rule;
    const std::size_t least = rule.retained ? 1 : 0;
    while (topic.kept.size() > least && ((rule.count != 0 && topic.kept.size() > rule.count) ||
                                         (rule.bytes != 0 && topic.bytes > rule.bytes)))
        drop_oldest(topic);
    drop_expired(topic);
}

void TopicHistory::drop_expired(Topic& topic) {
    const HistoryRule& rule = *topic.rule;
    if (rule.age.count() == 0) return;
    const std::size_t least = rule.retained ? 1 : 0;
    const Monotonic now = clock_.monotonic();
    while (topic.kept.size() > least && now - topic.kept.front().at > rule.age) drop_oldest(topic);
}

void TopicHistory::drop_oldest(Topic& topic) {
    const Kept& oldest = topic.kept.front();
    topic.floor = *oldest.message->offset;
    topic.bytes -= oldest.bytes;
    bytes_.fetch_sub(oldest.cost, std::memory_order_relaxed);
    topic.kept.pop_front();
}

// To the end of the list it belongs to: it was published to just now.
void TopicHistory::settle(Stripe& stripe, Topic& topic) {
    Names& names = topic.rule->retained && topic.kept.size() == 1 ? stripe.retained_only : stripe.stalest;
    if (topic.names == nullptr)
        topic.place = names.insert(names.end(), &topic);
    else
        names.splice(names.end(), *topic.names, topic.place);
    topic.names = &names;
}

void TopicHistory::forget(Stripe& stripe, Topic& topic) {
    while (!topic.kept.empty()) drop_oldest(topic);
    stripe.forgotten = std::max(stripe.forgotten, topic.floor);
    topic.names->erase(topic.place);
    bytes_.fetch_sub(kTopicCost + topic.name.size(), std::memory_order_relaxed);
    stripe.topics.erase(topic.name);
}

HistoryState TopicHistory::state(const HistoryRule& rule, std::string_view name) {
    Stripe& stripe = stripe_of(name);
    const std::lock_guard lock(stripe.mutex);
    HistoryState state{epoch_};
    // Every offset of this topic was given under this lock.
    state.end = state.replay_after = Offset{last_offset_.load(std::memory_order_relaxed)};
    const auto found = stripe.topics.find(name);
    if (found == stripe.topics.end()) {
        state.floor = stripe.forgotten;
        return state;
    }
    Topic& topic = *found->second;
    drop_expired(topic);
    state.floor = topic.floor;
    if (topic.kept.empty()) return state;
    state.first = *topic.kept.front().message->offset;
    state.last = *topic.kept.back().message->offset;
    if (rule.replay == 0) return state;
    const std::size_t replayed = std::min(rule.replay, topic.kept.size());
    state.replay_after =
        Offset{value(*(topic.kept.end() - static_cast<std::ptrdiff_t>(replayed))->message->offset) - 1};
    return state;
}

HistoryPage TopicHistory::read(std::string_view name, Offset after, std::size_t limit) {
    Stripe& stripe = stripe_of(name);
    const std::lock_guard lock(stripe.mutex);
    const auto found = stripe.topics.find(name);
    if (found == stripe.topics.end()) return {{}, true, stripe.forgotten};
    Topic& topic = *found->second;
    drop_expired(topic);
    HistoryPage page{{}, true, topic.floor};
    auto next =
        std::upper_bound(topic.kept.begin(), topic.kept.end(), after,
                         [](Offset place, const Kept& kept) { return place < *kept.message->offset; });
    for (; next != topic.kept.end() && page.messages.size() < limit; ++next)
        page.messages.push_back(next->message);
    page.end = next == topic.kept.end();
    return page;
}

void TopicHistory::expire_some() {
    Stripe& stripe = stripes_[next_expired_.fetch_add(1, std::memory_order_relaxed) % kStripes];
    const std::lock_guard lock(stripe.mutex);
    const Monotonic now = clock_.monotonic();
    for (auto at = stripe.topics.begin(); at != stripe.topics.end();) {
        Topic& topic = *(at++)->second;  // forget() takes it out
        drop_expired(topic);
        if (topic.kept.empty() && now - topic.published > kEmptyKept) forget(stripe, topic);
    }
}

// A little more than needed, so that the next message does not come here again.
void TopicHistory::make_room() {
    const std::unique_lock turn(making_room_, std::try_to_lock);
    if (!turn) return;  // another thread is at it
    const std::size_t enough = limit_ - limit_ / 16;
    while (bytes() > enough && drop_stalest(&Stripe::stalest)) {
    }
    while (bytes() > enough && drop_stalest(&Stripe::retained_only)) {
    }
}

// Of all stripes' first ones the one published to longest ago. False: there is none.
bool TopicHistory::drop_stalest(Names Stripe::*names) {
    Stripe* stalest = nullptr;
    Monotonic since{};
    for (Stripe& stripe : stripes_) {
        const std::lock_guard lock(stripe.mutex);
        if ((stripe.*names).empty()) continue;
        const Monotonic published = (stripe.*names).front()->published;
        if (stalest != nullptr && published >= since) continue;
        stalest = &stripe;
        since = published;
    }
    if (stalest == nullptr) return false;
    const std::lock_guard lock(stalest->mutex);
    if ((stalest->*names).empty()) return true;  // it was published to in between; look again
    Topic& topic = *(stalest->*names).front();
    shed_.fetch_add(1, std::memory_order_relaxed);
    if (names == &Stripe::retained_only || !topic.rule->retained || topic.kept.empty()) {
        forget(*stalest, topic);
        return true;
    }
    while (topic.kept.size() > 1) drop_oldest(topic);
    settle(*stalest, topic);
    return true;
}

}  // namespace causeway::routing
