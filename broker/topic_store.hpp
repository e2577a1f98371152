// Messages of topics with a stored history, on their way to the store; they come back by CommitFeed.
// Any thread.
#pragma once

#include "broker/routing/shards.hpp"
#include "storage/store.hpp"

namespace causeway {

class TopicStore {
public:
    // `store` outlives the last append.
    explicit TopicStore(storage::Store& store) : store_(store) {}

    // As routing::StoreTopic. If nobody waits for the answer, a refusal is logged.
    void append(const routing::HistoryRule& rule, const routing::MessagePtr& message, routing::OnStored on_stored);

private:
    storage::Store& store_;
};

}  // namespace causeway
