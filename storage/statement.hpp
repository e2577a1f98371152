// One prepared statement, kept for as long as its Database. Values are bound, never pasted into SQL.
// What is bound or read is not copied: arguments outlive the call (run) or the Rows (query), and
// what a row shows is good until the next next().
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "storage/database.hpp"

struct sqlite3_stmt;

namespace causeway::storage {

// Bytes to be bound as a BLOB; a string_view is bound as TEXT.
struct Blob {
    std::string_view bytes;
};

class Statement {
public:
    // The rows of one query. Resets the statement when destroyed.
    class Rows {
    public:
        explicit Rows(Statement& statement) : statement_(statement) {}
        Rows(const Rows&) = delete;
        Rows& operator=(const Rows&) = delete;
        ~Rows() { statement_.reset(); }

        // Moves to the next row; false when there is none.
        [[nodiscard]] bool next() { return statement_.step(); }
        // Columns count from 0. A NULL reads as 0 or as empty.
        [[nodiscard]] std::int64_t integer(int column) const;
        [[nodiscard]] std::uint64_t number(int column) const {
            return static_cast<std::uint64_t>(integer(column));
        }
        [[nodiscard]] std::string_view text(int column) const;
        [[nodiscard]] std::string_view blob(int column) const;
        [[nodiscard]] bool is_null(int column) const;

    private:
        Statement& statement_;
    };

    Statement(Database& database, std::string_view sql);
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;
    ~Statement();

    // Runs a statement that returns no rows.
    template <typename... Values>
    void run(const Values&... values) {
        bind_all(values...);
        const Rows rows(*this);
        while (step()) {
        }
    }

    template <typename... Values>
    [[nodiscard]] Rows query(const Values&... values) {
        bind_all(values...);
        return Rows(*this);
    }

    // Rows that the last run() changed.
    [[nodiscard]] int changes() const;

private:
    template <typename... Values>
    void bind_all(const Values&... values) {
        int index = 0;
        (bind(++index, values), ...);
    }
    void bind(int index, std::int64_t value);
    void bind(int index, std::uint64_t value) { bind(index, static_cast<std::int64_t>(value)); }
    void bind(int index, std::string_view value);
    void bind(int index, Blob value);
    void bind(int index, std::optional<std::int64_t> value);
    [[nodiscard]] bool step();
    void reset();

    Database& database_;
    sqlite3_stmt* statement_ = nullptr;
};

}  // namespace causeway::storage
