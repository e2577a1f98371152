// Queues as operators see them: what their owners hold, and what the store does.
#include <map>

#include "broker/app/message_envelope.hpp"
#include "broker/operations.hpp"
#include "broker/routing/destination.hpp"
#include "broker/store_answer.hpp"

namespace causeway {

namespace {

Refusal late(const char* who) {
    return {ErrorCode::kSendFailed, std::string(who) + " did not answer in time; it may still be done", {}};
}

}  // namespace

std::variant<admin::QueuePage, Refusal> Operations::queues(const std::string& after, std::size_t limit) {
    std::map<std::string, admin::QueueRow> rows;
    using Here = std::vector<queue::QueueStatus>;
    for (const Here& here : ask_all<Here>([](Shard& shard) { return shard.own_queues().list(); }))
        for (const queue::QueueStatus& one : here)
            if (one.destination > after)
                rows[one.destination] = {one.destination, one.ready, one.delayed, one.unacked,
                                         one.consumers,   one.bytes, 0,           0};
    using Stored = std::vector<storage::QueueRow>;
    const auto read = await_read<Stored>(
        [&](storage::OnRead<Stored> on_read) {
            parts_.store.read_queues(after, limit + 1, std::move(on_read));
        },
        kStorePatience);
    if (!read) return late("the store");
    if (const auto* failed = std::get_if<storage::ReadFailed>(&*read))
        return Refusal{ErrorCode::kSendFailed, "the store cannot be read: " + failed->what, {}};
    for (const storage::QueueRow& one : std::get<Stored>(*read)) {
        admin::QueueRow& row = rows[one.destination];
        row.destination = one.destination;
        row.stored = one.count;
        row.stored_bytes = one.bytes;
    }
    // Of queues in memory whose names lie behind the store's page it is not known what they have stored.
    if (std::get<Stored>(*read).size() > limit)
        rows.erase(rows.upper_bound(std::get<Stored>(*read).back().destination), rows.end());
    admin::QueuePage page;
    for (auto& [name, row] : rows) {
        page.more = page.items.size() == limit;
        if (page.more) break;
        page.items.push_back(std::move(row));
    }
    return page;
}

std::variant<std::uint64_t, Refusal> Operations::purge_queue(const std::string& destination) {
    const auto parsed = routing::parse_destination(destination);
    if (const auto* fault = std::get_if<std::string>(&parsed))
        return Refusal{ErrorCode::kMessageInvalid, "destination: " + *fault, "destination"};
    using Purged = std::variant<std::uint64_t, Refusal>;
    auto promise = std::make_shared<std::promise<Purged>>();
    auto removed = promise->get_future();
    Shard& owner = *parts_.shards[parts_.routes.owner_of(destination)];
    owner.post([&owner, destination, promise] {
        owner.own_queues().purge(destination,
                                 [promise](Purged purged) { promise->set_value(std::move(purged)); });
    });
    if (removed.wait_for(kStorePatience) != std::future_status::ready) return late("the queue");
    return removed.get();
}

admin::PublishResult Operations::publish_to_queue(const admin::Publish& request, const std::string& queue) {
    const auto message = message_of(request);
    message->destination = queue;
    const auto parsed = routing::parse_destination(queue);
    if (const auto* fault = std::get_if<std::string>(&parsed))
        return Refusal{ErrorCode::kMessageInvalid, "destination: " + *fault, "destination"};
    if (request.persistent) {
        const auto answer = await_commit(parts_.store, app::topic_append(*message), kStorePatience);
        if (const auto* appended = std::get_if<storage::Appended>(&answer))
            return admin::Published{appended->message_id, std::nullopt, true, appended->offset};
        if (const auto* refusal = std::get_if<Refusal>(&answer)) return *refusal;
        return Refusal{ErrorCode::kSendFailed, "the store gave an answer to another question", ""};
    }
    auto promise = std::make_shared<std::promise<std::optional<Refusal>>>();
    auto taken = promise->get_future();
    parts_.routes.enqueue(
        message, [promise](std::optional<Refusal> refusal) { promise->set_value(std::move(refusal)); });
    if (taken.wait_for(kPatience) != std::future_status::ready) return late("the queue");
    if (auto refusal = taken.get()) return *std::move(refusal);
    return admin::Published{message->message_id, std::nullopt, false, std::nullopt};
}

}  // namespace causeway
