// How SQLite goes about the statements of a connection, in its own words: for the proof that no query depends
// on the size of the store.
#pragma once

#include <string>
#include <vector>

#include "storage/database.hpp"

namespace causeway::storage {

struct QueryPlan {
    std::string sql;
    std::vector<std::string> steps;
};

// Of every statement that is prepared on the connection now.
[[nodiscard]] std::vector<QueryPlan> query_plans(Database& database);

}  // namespace causeway::storage
