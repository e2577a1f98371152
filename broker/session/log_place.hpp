// Which destinations are logs, and where each is kept: in the store, or, for topics whose history is in
// memory, in this process (PRODUCT 7, "Logs and views").
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "broker/routing/router.hpp"
#include "storage/queries.hpp"

namespace causeway::session {

struct LogPlace {
    storage::Log log;
    std::string name;                            // the destination as clients name it: the key of a cursor
    const routing::HistoryRule* rule = nullptr;  // of a topic's history; outlives the session

    [[nodiscard]] bool in_memory() const { return rule != nullptr && !rule->stored; }
    [[nodiscard]] bool is_inbox() const { return log.kind == storage::Log::Kind::kInbox; }
    [[nodiscard]] bool is_user_queue() const {
        return is_inbox() || log.kind == storage::Log::Kind::kMessages ||
               log.kind == storage::Log::Kind::kPrivateMessages;
    }
};

// The log behind a concrete destination, as clients name it, of `user`; nothing if it keeps none.
[[nodiscard]] std::optional<LogPlace> log_at(std::string_view destination, const std::string& user,
                                             const routing::Router& router);

// Whether the user queue /user/…/queue/{name} is an inbox: neither a view nor one of the broker's answers.
[[nodiscard]] bool is_inbox(std::string_view name);

}  // namespace causeway::session
