// How far members have provably received conversations, on its way to the store (PRODUCT 7, "DELIVERED
// and READ"): gathered over all sessions of a shard and written together with the cursors. One per
// shard, on its thread.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>

#include "broker/base/numbers.hpp"
#include "storage/store.hpp"

namespace causeway::session {

class Watermarks {
public:
    // `store` outlives this object.
    explicit Watermarks(storage::Store& store) : store_(store) {}

    // A device of the user has everything that it was to get of the conversation, up to `to`.
    void delivered(const std::string& user, const std::string& conversation, Sequence to);
    // Hands all that was gathered to the store. What the store refuses is made up for by the next
    // message of the conversation: DELIVERED may lag, it never lies.
    void flush();
    [[nodiscard]] bool empty() const { return moves_.empty(); }

private:
    storage::Store& store_;
    std::map<std::pair<std::string, std::string>, Sequence> moves_;
};

}  // namespace causeway::session
