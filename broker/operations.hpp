// The broker as the admin API sees it: asks the shards by mail and adds up what they answer. Runs on
// the admin thread; waits for a shard at most kPatience.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "broker/admin/broker_view.hpp"
#include "broker/commit_feed.hpp"
#include "broker/shard.hpp"
#include "bridge/bridge.hpp"
#include "storage/store.hpp"

namespace causeway {

struct OperationsParts {
    std::string version;
    std::string node;
    const Clock& clock;
    std::vector<std::unique_ptr<Shard>>& shards;
    routing::Shards& routes;
    storage::Store& store;
    session::UserSessions& users;
    const bridge::Bridge* nats;  // null: there is none
    const CommitFeed& feed;
    const std::atomic<bool>& ready;
    const std::atomic<bool>& draining;
};

class Operations final : public admin::BrokerView {
public:
    static constexpr Milliseconds kPatience{1'000};

    explicit Operations(OperationsParts parts);

    [[nodiscard]] admin::Status status() override;
    [[nodiscard]] admin::ConnectionPage connections(const admin::ConnectionQuery& query) override;
    [[nodiscard]] std::optional<admin::Connection> connection(SessionId id) override;
    [[nodiscard]] bool close_connection(SessionId id, const std::string& reason) override;
    [[nodiscard]] admin::PublishResult publish(const admin::Publish& message) override;
    // Also called on shards' threads, for /readyz of the public listener.
    [[nodiscard]] std::vector<admin::Check> health() override;
    [[nodiscard]] admin::Snapshot metrics() override;

private:
    template <typename Answer>
    std::vector<Answer> ask_all(std::function<Answer(Shard&)> question);
    template <typename Answer>
    std::optional<Answer> ask(Shard& shard, std::function<Answer(Shard&)> question);
    [[nodiscard]] Shard* shard_of(SessionId id);
    [[nodiscard]] std::uint64_t publish_to_everyone(const routing::Message& message, const std::string& queue);
    [[nodiscard]] admin::ShardCounters count();

    const OperationsParts parts_;
    const WallTime started_at_;
    SystemRandom random_;
    MessageIds ids_;
};

}  // namespace causeway
