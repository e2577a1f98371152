// The broker as the admin API sees it: asks the shards by mail and adds up what they answer. Runs on
// the admin thread; waits for a shard at most kPatience.
#pragma once

#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bridge/bridge.hpp"
#include "broker/admin/broker_view.hpp"
#include "broker/commit_feed.hpp"
#include "broker/front_door.hpp"
#include "broker/net/address_book.hpp"
#include "broker/shard.hpp"
#include "broker/store_condition.hpp"
#include "storage/care.hpp"
#include "storage/store.hpp"

namespace causeway {

struct OperationsParts {
    std::string version;
    std::string node;
    const Clock& clock;
    std::vector<std::unique_ptr<Shard>>& shards;
    routing::Shards& routes;
    storage::Store& store;
    const storage::StoreCare& care;
    const StoreCondition& condition;
    session::UserSessions& users;
    const bridge::Bridge* nats;  // null: there is none
    const CommitFeed& feed;
    const net::AddressBook& addresses;
    const TurnedAway& turned_away;
    const std::atomic<bool>& ready;
    const std::atomic<bool>& draining;
};

class Operations final : public admin::BrokerView {
public:
    static constexpr Milliseconds kPatience{1'000};  // with a shard
    static constexpr Milliseconds kStorePatience{6'000};
    static constexpr Milliseconds kOutboxOld{60'000};  // from then on /readyz shows it

    explicit Operations(OperationsParts parts);

    [[nodiscard]] admin::Status status() override;
    [[nodiscard]] admin::ConnectionPage connections(const admin::ConnectionQuery& query) override;
    [[nodiscard]] std::optional<admin::Connection> connection(SessionId id) override;
    [[nodiscard]] bool close_connection(SessionId id, const std::string& reason) override;
    std::uint64_t close_connections_of(const std::string& user, const std::string& reason) override;
    [[nodiscard]] admin::PublishResult publish(const admin::Publish& message) override;
    [[nodiscard]] std::variant<admin::QueuePage, Refusal> queues(const std::string& after, std::size_t limit) override;
    [[nodiscard]] std::variant<std::uint64_t, Refusal> purge_queue(const std::string& destination) override;
    // Also called on shards' threads, for /readyz of the public listener.
    [[nodiscard]] std::vector<admin::Check> health() override;
    [[nodiscard]] admin::Snapshot metrics() override;

private:
    template <typename Answer>
    std::vector<Answer> ask_all(std::function<Answer(Shard&)> question);
    template <typename Answer>
    std::optional<Answer> ask(Shard& shard, std::function<Answer(Shard&)> question);
    [[nodiscard]] Shard* shard_of(SessionId id);
    [[nodiscard]] std::shared_ptr<routing::Message> message_of(const admin::Publish& request);
    [[nodiscard]] admin::PublishResult publish_to_everyone(const routing::Message& message,
                                                           const std::string& queue);
    // To a user's inbox: stored, and delivered by the commit.
    [[nodiscard]] admin::PublishResult keep(const admin::Publish& request, const admin::ToUser& user);
    // To a queue: taken by its owner, or stored.
    [[nodiscard]] admin::PublishResult publish_to_queue(const admin::Publish& request, const std::string& queue);
    // To a topic with a history.
    [[nodiscard]] admin::PublishResult publish_kept(const routing::MessagePtr& message);
    [[nodiscard]] admin::Check store_check() const;
    [[nodiscard]] admin::Check outbox_check() const;
    [[nodiscard]] Milliseconds oldest_age(const storage::StoreFigures& figures) const;
    void read_figures(admin::Snapshot& now) const;
    [[nodiscard]] admin::ShardCounters count();
    void count_turned_away(admin::ShardCounters& sum) const;

    const OperationsParts parts_;
    const WallTime started_at_;
    SystemRandom random_;
    MessageIds ids_;
};

// A shard that does not answer in time answers into the void: its promise is its own.
template <typename Answer>
std::optional<Answer> Operations::ask(Shard& shard, std::function<Answer(Shard&)> question) {
    auto promise = std::make_shared<std::promise<Answer>>();
    auto answer = promise->get_future();
    shard.post([&shard, promise, question = std::move(question)] { promise->set_value(question(shard)); });
    if (answer.wait_for(kPatience) != std::future_status::ready) return std::nullopt;
    return answer.get();
}

template <typename Answer>
std::vector<Answer> Operations::ask_all(std::function<Answer(Shard&)> question) {
    std::vector<Answer> answers;
    for (const auto& shard : parts_.shards)
        if (auto answer = ask<Answer>(*shard, question)) answers.push_back(std::move(*answer));
    return answers;
}

}  // namespace causeway
