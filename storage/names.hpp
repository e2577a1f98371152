// From the names in a query to the keys in the tables, for reading. One thread, as its Database.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/envelope.hpp"
#include "storage/statement.hpp"

namespace causeway::storage {

class Names {
public:
    struct Destination {
        std::int64_t log;
        std::int64_t user;  // whose inbox; 0: a topic
        std::string destination;
    };
    struct Known {
        std::int64_t key;
        ConversationKind kind;
    };
    explicit Names(Database& database);

    [[nodiscard]] std::optional<std::int64_t> user(std::string_view name);
    [[nodiscard]] std::optional<Known> conversation(std::string_view id);
    [[nodiscard]] std::optional<Destination> log(std::string_view destination);
    // All logs of a user's inbox.
    [[nodiscard]] std::vector<Destination> inbox(std::int64_t user);
    // The log of one queue of it. The user's name stands encoded in the destination, so it is found by its
    // end.
    [[nodiscard]] std::optional<Destination> queue(std::int64_t user, std::string_view user_name,
                                                   std::string_view name);

private:
    Statement select_user_;
    Statement select_conversation_;
    Statement select_log_;
    Statement select_inbox_;
};

}  // namespace causeway::storage
