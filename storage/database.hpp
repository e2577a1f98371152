// A connection to one SQLite file, opened with every pragma and hardening this store wants.
// Refuses to be shared: a Database and what is prepared on it belong to one thread at a time.
// Every failure is an Error that names the operation and the path.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "storage/error.hpp"

struct sqlite3;

namespace causeway::storage {

// What a commit survives: loss of power, or only the death of the process.
enum class Durability : std::uint8_t { kPower, kProcess };

enum class Access : std::uint8_t { kWrite, kRead };

class Database {
public:
    // kWrite creates the file (0600) when it is missing and turns it into a WAL database.
    Database(std::filesystem::path path, Access access, Durability durability, std::int64_t cache_kib);
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;
    ~Database();

    // Runs statements that return nothing of interest.
    void execute(const std::string& sql);
    // The first column of the first row, as text; empty when there is none.
    [[nodiscard]] std::string value_of(const std::string& sql);

    // Statements that run longer than this after their transaction began are interrupted.
    void limit_transactions(std::chrono::milliseconds longest);

    // Statements are interrupted once this says so. It is asked all the time, so it must be cheap.
    void interrupt_when(std::function<bool()> must_end);

    // Frames in the write-ahead log as of the last commit of this connection.
    [[nodiscard]] int wal_pages() const { return wal_pages_; }
    // Copies what it can from the log into the file; waits for nobody.
    void checkpoint_passive();
    // Copies everything and empties the log; gives up (false) when a reader stays for longer than `wait`.
    bool checkpoint_truncate(std::chrono::milliseconds wait);

    [[nodiscard]] sqlite3* handle() const { return handle_; }
    [[nodiscard]] const std::string& path() const { return path_; }
    // Throws the Error of SQLite's last failure here.
    [[noreturn]] void fail(const std::string& operation) const;

private:
    friend class Transaction;
    void open(Access access);
    void harden();
    void begin(const char* how);

    std::string path_;
    sqlite3* handle_ = nullptr;
    int wal_pages_ = 0;
    std::chrono::milliseconds longest_{0};
    std::chrono::steady_clock::time_point interrupt_at_{};
    std::function<bool()> must_end_;
};

// Rolls back when destroyed before commit().
class Transaction {
public:
    // On a kRead connection the transaction is a snapshot.
    Transaction(Database& database, Access access);
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    ~Transaction();
    void commit();

private:
    Database& database_;
    bool open_ = true;
};

// A part of a transaction that can be taken back alone. Keeps a copy of every page that is changed meanwhile.
// Rolls back when destroyed before release(), unless SQLite has rolled back everything already.
class Savepoint {
public:
    explicit Savepoint(Database& database);
    Savepoint(const Savepoint&) = delete;
    Savepoint& operator=(const Savepoint&) = delete;
    ~Savepoint();
    void release();

private:
    Database& database_;
    bool open_ = true;
};

}  // namespace causeway::storage
