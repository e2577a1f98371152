// Shards without sockets, with topics that have a history, for tests.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "broker/routing/router.hpp"
#include "broker/routing/topic_history.hpp"

namespace causeway::routing {

// Counts what it gets.
class Listener final : public Subscription {
public:
    explicit Listener(std::string destination, bool is_pattern = false)
        : Subscription(std::move(destination), is_pattern) {}
    void deliver(const MessagePtr& message) override { got.push_back(message); }

    std::vector<MessagePtr> got;
};

class HistoryWorld {
public:
    explicit HistoryWorld(std::vector<HistoryRule> rules, std::size_t shard_count = 1,
                          std::size_t bytes = 1 << 20)
        : rules_(std::move(rules)), history(shards, clock, "e", bytes) {
        for (std::size_t i = 0; i < shard_count; ++i) {
            mailboxes_.push_back(std::make_unique<ShardMailbox>([] {}));
            shards.add(*mailboxes_.back());
        }
        shards.keep(
            {&rules_, &history, [this](const HistoryRule&, const MessagePtr& message, OnStored on_stored) {
                 to_store.push_back(message);
                 if (on_stored) on_stored(Kept{Offset{77}, message->message_id, message->timestamp, false});
             }});
        for (std::size_t i = 0; i < shard_count; ++i) routers.emplace_back(shards, i);
    }

    static MessagePtr message(std::string destination, std::string body) {
        auto made = std::make_shared<Message>();
        made->destination = std::move(destination);
        made->content = std::make_shared<const Content>(std::move(body), "text/plain");
        return made;
    }
    Published publish(const std::string& topic, const std::string& body) {
        return shards.publish(message(topic, body));
    }
    // One turn of a shard.
    void open_mail(std::size_t shard = 0) {
        std::vector<Letter> letters;
        mailboxes_[shard]->take_all(letters);
        for (const Letter& letter : letters) routers[shard].deliver(std::get<MessagePtr>(letter));
    }

    [[nodiscard]] HistoryState state(const std::string& topic) {
        return history.state(*shards.history_of(topic), topic);
    }
    // The bodies that a history holds after an offset.
    [[nodiscard]] std::vector<std::string> kept(const std::string& topic, Offset after = {}) {
        std::vector<std::string> bodies;
        for (const MessagePtr& one : history.read(topic, after, SIZE_MAX).messages)
            bodies.push_back(one->content->body());
        return bodies;
    }

private:
    std::vector<std::unique_ptr<ShardMailbox>> mailboxes_;
    const HistoryRules rules_;

public:
    ManualClock clock;
    Shards shards;
    TopicHistory history;
    std::deque<Router> routers;
    std::vector<MessagePtr> to_store;
};

}  // namespace causeway::routing
