#include "storage/database.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <mutex>
#include <utility>

namespace causeway::storage {

namespace {

constexpr int kBusyTimeoutMs = 2000;
constexpr int kOpcodesBetweenLooks = 20'000;

// What lies there already may have come by cp. Not opened: closing it would let go of the locks that
// other connections of this process hold on it.
bool close_to_others(const std::string& path) {
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0) return false;
    if (!S_ISREG(status.st_mode)) throw Error("open", path, "is not a regular file", EINVAL);
    if ((status.st_mode & 0777U) != 0600 && ::chmod(path.c_str(), 0600) != 0)
        throw Error("chmod 0600", path, std::strerror(errno), errno);
    return true;
}

// SQLite gives the log and its index the mode of the main file, so that one is made first.
void create_private(const std::string& path) {
    for (const char* beside : {"-wal", "-shm"}) (void)close_to_others(path + beside);
    if (close_to_others(path)) return;
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    const bool done = fd >= 0 && ::fchmod(fd, 0600) == 0;
    const int reason = errno;
    if (fd >= 0) ::close(fd);
    if (!done) throw Error("create", path, std::strerror(reason), reason);
}

// The statistics would cost a global lock per allocation. Only before SQLite's first use.
void configure_once() {
    static std::once_flag once;
    std::call_once(once, [] { sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); });
}

}  // namespace

Database::Database(std::filesystem::path path, Access access, Durability durability, std::int64_t cache_kib)
    : path_(path.string()) {
    configure_once();
    if (access == Access::kWrite) create_private(path_);
    try {
        open(access);
        harden();
        if (access == Access::kWrite) {
            execute("PRAGMA page_size=4096");
            if (value_of("PRAGMA journal_mode=WAL") != "wal")
                throw Error("open", path_, "the file system does not support a write-ahead log",
                            SQLITE_CANTOPEN);
            execute(durability == Durability::kPower ? "PRAGMA synchronous=FULL"
                                                     : "PRAGMA synchronous=NORMAL");
            execute("PRAGMA secure_delete=FAST");
        } else {
            execute("PRAGMA query_only=ON");
        }
        execute("PRAGMA cache_size=-" + std::to_string(cache_kib));
    } catch (...) {
        sqlite3_close_v2(handle_);
        throw;
    }
}

Database::~Database() { sqlite3_close_v2(handle_); }

void Database::open(Access access) {
    const int flags = access == Access::kWrite ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
    if (sqlite3_open_v2(path_.c_str(), &handle_, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
                        nullptr) != SQLITE_OK)
        fail("open");
    sqlite3_busy_timeout(handle_, kBusyTimeoutMs);
    // Replaces SQLite's own checkpoints: only Writer decides when.
    sqlite3_wal_hook(
        handle_,
        [](void* self, sqlite3*, const char*, int pages) {
            static_cast<Database*>(self)->wal_pages_ = pages;
            return SQLITE_OK;
        },
        this);
}

void Database::harden() {
    const auto set = [this](int option, int on) {
        if (sqlite3_db_config(handle_, option, on, nullptr) != SQLITE_OK) fail("harden");
    };
    set(SQLITE_DBCONFIG_DEFENSIVE, 1);
    set(SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0);
    set(SQLITE_DBCONFIG_ENABLE_TRIGGER, 0);
    set(SQLITE_DBCONFIG_ENABLE_VIEW, 0);
    set(SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0);
    set(SQLITE_DBCONFIG_DQS_DML, 0);
    set(SQLITE_DBCONFIG_DQS_DDL, 0);
    set(SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1);
    sqlite3_limit(handle_, SQLITE_LIMIT_ATTACHED, 0);
    execute("PRAGMA cell_size_check=ON");
    execute("PRAGMA mmap_size=0");
    execute("PRAGMA temp_store=MEMORY");
}

void Database::execute(const std::string& sql) {
    if (sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) fail(sql);
}

std::string Database::value_of(const std::string& sql) {
    std::string value;
    const auto first = [](void* into, int columns, char** values, char**) {
        if (columns > 0 && values[0] != nullptr && static_cast<std::string*>(into)->empty())
            *static_cast<std::string*>(into) = values[0];
        return 0;
    };
    if (sqlite3_exec(handle_, sql.c_str(), first, &value, nullptr) != SQLITE_OK) fail(sql);
    return value;
}

void Database::limit_transactions(std::chrono::milliseconds longest) {
    longest_ = longest;
    interrupt_when([this] { return std::chrono::steady_clock::now() > interrupt_at_; });
    interrupt_at_ = std::chrono::steady_clock::now() + longest_;
}

void Database::interrupt_when(std::function<bool()> must_end) {
    must_end_ = std::move(must_end);
    sqlite3_progress_handler(
        handle_, kOpcodesBetweenLooks,
        [](void* self) { return static_cast<Database*>(self)->must_end_() ? 1 : 0; }, this);
}

void Database::checkpoint_passive() {
    const int result =
        sqlite3_wal_checkpoint_v2(handle_, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
    if (result != SQLITE_OK && result != SQLITE_BUSY) fail("checkpoint");
}

bool Database::checkpoint_truncate(std::chrono::milliseconds wait) {
    sqlite3_busy_timeout(handle_, static_cast<int>(wait.count()));
    const int result =
        sqlite3_wal_checkpoint_v2(handle_, nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
    sqlite3_busy_timeout(handle_, kBusyTimeoutMs);
    if (result == SQLITE_OK) wal_pages_ = 0;
    if (result != SQLITE_OK && result != SQLITE_BUSY) fail("checkpoint");
    return result == SQLITE_OK;
}

void Database::fail(const std::string& operation) const {
    throw Error(operation, path_, sqlite3_errmsg(handle_), sqlite3_extended_errcode(handle_));
}

void Database::begin(const char* how) {
    if (longest_.count() > 0) interrupt_at_ = std::chrono::steady_clock::now() + longest_;
    execute(how);
}

Transaction::Transaction(Database& database, Access access) : database_(database) {
    database_.begin(access == Access::kWrite ? "BEGIN IMMEDIATE" : "BEGIN");
}

Transaction::~Transaction() {
    if (open_) sqlite3_exec(database_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit() {
    database_.execute("COMMIT");
    open_ = false;
}

Savepoint::Savepoint(Database& database) : database_(database) { database_.execute("SAVEPOINT part"); }

Savepoint::~Savepoint() {
    if (open_) sqlite3_exec(database_.handle(), "ROLLBACK TO part; RELEASE part", nullptr, nullptr, nullptr);
}

void Savepoint::release() {
    database_.execute("RELEASE part");
    open_ = false;
}

}  // namespace causeway::storage
