#include "storage/file_check.hpp"

#include <sqlite3.h>

#include <string>

#include "storage/schema.hpp"

namespace causeway::storage {

namespace fs = std::filesystem;

namespace {

constexpr const char* kWhatToDo =
    "; restore a backup, or move the file away together with the -wal file beside it";

// A log without its file: SQLite would take the file for new and throw the log away.
void refuse_orphaned_log(const fs::path& file, std::uintmax_t file_bytes, bool exists) {
    if (file_bytes > 0) return;
    std::error_code error;
    const auto log_bytes = fs::file_size(file.string() + "-wal", error);
    if (error || (log_bytes == 0 && !exists)) return;
    throw Error("open", file.string(),
                std::string(exists ? "is empty" : "is missing") +
                    ", but its write-ahead log is there: the file was cut off or lost" + kWhatToDo,
                0);
}

// Numbers are given from the counter: one that lags behind would give some twice.
void check_counter(Database& database) {
    if (database.value_of("SELECT 1 FROM sqlite_schema WHERE name = 'meta'").empty()) return;
    const std::string wrong = database.value_of(
        "SELECT 'entry ' || max(offset) || ' lies beyond the counter of offsets' FROM entries "
        "HAVING max(offset) > (SELECT last_offset FROM meta)");
    if (!wrong.empty()) throw Error("check", database.path(), "is damaged: " + wrong + kWhatToDo, 0);
}

}  // namespace

void check_file(const StoreOptions& options) {
    const fs::path file = options.file();
    std::error_code error;
    const auto bytes = fs::file_size(file, error);
    const bool exists = !error;
    refuse_orphaned_log(file, exists ? bytes : 0, exists);
    if (!exists || bytes == 0) return;
    try {
        Database database(file, Access::kRead, options.durability, options.reader_cache_kib);
        check_origin(database);
        if (bytes <= options.checked_bytes) check_soundness(database);
        check_counter(database);
    } catch (const Error& fault) {
        const int code = fault.code() & 0xff;
        if (code != SQLITE_CORRUPT && code != SQLITE_NOTADB) throw;
        throw Error("check", file.string(), std::string("is damaged: ") + fault.what() + kWhatToDo,
                    fault.code());
    }
}

}  // namespace causeway::storage
