// Nothing that is read depends on the size of the store: every statement of the reading connection is a
// seek into an index and a walk along it. docs/query-plans.md shows them.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "storage/reader.hpp"
#include "tests/storage/fixture.hpp"

namespace causeway::storage {

namespace {

constexpr const char* kHead =
    "# Query plans\n\n"
    "<!-- Made from the statements of storage/reader.hpp; a test compares. To renew it: "
    "CAUSEWAY_WRITE_DOCS=1 storage_test -->\n\n"
    "How SQLite goes about every statement that answers a read. `SEARCH` is a seek into an index, whose "
    "cost\n"
    "grows with the depth of a tree and not with the number of messages; what follows it is a walk along\n"
    "that index. A test fails when a statement scans a table or sorts.\n";

// What may scan, and why.
struct Exception {
    std::string_view in_statement;
    std::string_view why;
};
constexpr Exception kExceptions[] = {
    {"FROM cursors c CROSS JOIN users u", "all cursors, for an operator: a walk that ends at its LIMIT"},
};

const Exception* exception_for(const std::string& sql) {
    for (const auto& exception : kExceptions)
        if (sql.find(exception.in_statement) != std::string::npos) return &exception;
    return nullptr;
}

bool scans(const std::string& step) {
    const bool over_a_table = step.starts_with("SCAN ") && step != "SCAN CONSTANT ROW";
    return over_a_table || step.find("TEMP B-TREE") != std::string::npos;
}

std::vector<QueryPlan> plans_of_reading() {
    TemporaryDirectory directory;
    StoreUnderTest store(directory.path());
    StoreOptions options;
    options.path = directory.path();
    Reader reader(options);
    auto plans = reader.query_plans();
    std::sort(plans.begin(), plans.end(), [](const auto& a, const auto& b) { return a.sql < b.sql; });
    const auto same = [](const auto& a, const auto& b) { return a.sql == b.sql; };
    plans.erase(std::unique(plans.begin(), plans.end(), same), plans.end());
    return plans;
}

std::string document() {
    std::ostringstream text;
    text << kHead;
    for (const auto& plan : plans_of_reading()) {
        text << "\n```sql\n" << plan.sql << "\n```\n\n";
        for (const auto& step : plan.steps) text << "- " << step << "\n";
        if (const auto* exception = exception_for(plan.sql)) text << "\nAllowed: " << exception->why << ".\n";
    }
    return text.str();
}

}  // namespace

TEST_CASE("no statement that answers a read scans a table or sorts") {
    const auto plans = plans_of_reading();
    CHECK(plans.size() > 20);
    for (const auto& plan : plans) {
        CAPTURE(plan.sql);
        if (exception_for(plan.sql) != nullptr) continue;
        for (const auto& step : plan.steps) CHECK_MESSAGE(!scans(step), step);
    }
}

TEST_CASE("docs/query-plans.md shows the statements there are") {
    const std::string path = std::string(CAUSEWAY_SOURCE_DIR) + "/docs/query-plans.md";
    const std::string text = document();
    if (std::getenv("CAUSEWAY_WRITE_DOCS") != nullptr) std::ofstream(path, std::ios::binary) << text;
    std::ifstream file(path, std::ios::binary);
    REQUIRE_MESSAGE(file, path, " is missing; run the test with CAUSEWAY_WRITE_DOCS=1");
    std::stringstream content;
    content << file.rdbuf();
    CHECK_MESSAGE(content.str() == text, path, " is out of date; run the test with CAUSEWAY_WRITE_DOCS=1");
}

}  // namespace causeway::storage
