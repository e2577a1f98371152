#include "storage/query_plans.hpp"

#include <sqlite3.h>

#include "storage/statement.hpp"

namespace causeway::storage {

std::vector<QueryPlan> query_plans(Database& database) {
    std::vector<QueryPlan> plans;
    for (sqlite3_stmt* statement = sqlite3_next_stmt(database.handle(), nullptr); statement != nullptr;
         statement = sqlite3_next_stmt(database.handle(), statement))
        plans.push_back({sqlite3_sql(statement), {}});
    for (QueryPlan& plan : plans) {
        Statement explain(database, "EXPLAIN QUERY PLAN " + plan.sql);
        auto rows = explain.query();
        while (rows.next()) plan.steps.emplace_back(rows.text(3));
    }
    return plans;
}

}  // namespace causeway::storage
