#include "storage/statement.hpp"

#include <sqlite3.h>

#include <cstddef>
#include <string>

namespace causeway::storage {

Statement::Statement(Database& database, std::string_view sql) : database_(database) {
    const int result = sqlite3_prepare_v3(database_.handle(), sql.data(), static_cast<int>(sql.size()),
                                          SQLITE_PREPARE_PERSISTENT, &statement_, nullptr);
    if (result != SQLITE_OK) database_.fail("prepare " + std::string(sql));
}

Statement::~Statement() { sqlite3_finalize(statement_); }

void Statement::bind(int index, std::int64_t value) {
    if (sqlite3_bind_int64(statement_, index, value) != SQLITE_OK) database_.fail("bind");
}

void Statement::bind(int index, std::string_view value) {
    const char* text = value.data() != nullptr ? value.data() : "";
    if (sqlite3_bind_text64(statement_, index, text, value.size(), SQLITE_STATIC, SQLITE_UTF8) != SQLITE_OK)
        database_.fail("bind");
}

void Statement::bind(int index, Blob value) {
    const char* bytes = value.bytes.data() != nullptr ? value.bytes.data() : "";
    if (sqlite3_bind_blob64(statement_, index, bytes, value.bytes.size(), SQLITE_STATIC) != SQLITE_OK)
        database_.fail("bind");
}

void Statement::bind(int index, std::optional<std::int64_t> value) {
    if (value) return bind(index, *value);
    if (sqlite3_bind_null(statement_, index) != SQLITE_OK) database_.fail("bind");
}

bool Statement::step() {
    const int result = sqlite3_step(statement_);
    if (result == SQLITE_ROW) return true;
    if (result != SQLITE_DONE) database_.fail(sqlite3_sql(statement_));
    return false;
}

// The result repeats the one of step(), which was looked at.
void Statement::reset() { sqlite3_reset(statement_); }

int Statement::changes() const { return sqlite3_changes(database_.handle()); }

std::int64_t Statement::Rows::integer(int column) const {
    return sqlite3_column_int64(statement_.statement_, column);
}

std::string_view Statement::Rows::text(int column) const {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_.statement_, column));
    if (text == nullptr) return {};
    return {text, static_cast<std::size_t>(sqlite3_column_bytes(statement_.statement_, column))};
}

std::string_view Statement::Rows::blob(int column) const {
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_.statement_, column));
    if (bytes == nullptr) return {};
    return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_.statement_, column))};
}

bool Statement::Rows::is_null(int column) const {
    return sqlite3_column_type(statement_.statement_, column) == SQLITE_NULL;
}

}  // namespace causeway::storage
