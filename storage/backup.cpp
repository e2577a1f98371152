#include "storage/backup.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <string>

#include "broker/base/random.hpp"
#include "storage/free_space.hpp"

namespace causeway::storage {

namespace fs = std::filesystem;

namespace {

constexpr int kPagesPerStep = 1024;

[[noreturn]] void fail(const std::string& operation, const std::string& path, int reason) {
    throw Error(operation, path, std::strerror(reason), reason);
}

void sync(const std::string& path, int flags) {
    const int fd = ::open(path.c_str(), flags | O_CLOEXEC);
    if (fd < 0) fail("open", path, errno);
    const int reason = ::fsync(fd) == 0 ? 0 : errno;
    ::close(fd);
    if (reason != 0) fail("sync", path, reason);
}

// The file under its passing name; gone with this object unless it was published.
class PartFile {
public:
    explicit PartFile(std::string path) : path_(std::move(path)) {
        remove();  // of a backup that was killed
        const int fd = ::open(path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd < 0) fail("create", path_, errno);
        const int reason = ::fchmod(fd, 0600) == 0 ? 0 : errno;
        ::close(fd);
        if (reason == 0) return;
        remove();
        fail("chmod 0600", path_, reason);
    }
    PartFile(const PartFile&) = delete;
    PartFile& operator=(const PartFile&) = delete;
    ~PartFile() { remove(); }

    [[nodiscard]] const std::string& path() const { return path_; }
    void publish(const fs::path& to) {
        sync(path_, O_RDWR);
        if (::renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) != 0)
            fail("rename " + path_ + " to", to.string(), errno);
        const fs::path directory = to.parent_path().empty() ? fs::path(".") : to.parent_path();
        sync(directory.string(), O_RDONLY | O_DIRECTORY);
    }

private:
    void remove() const {
        for (const char* end : {"", "-wal", "-shm", "-journal"}) ::unlink((path_ + end).c_str());
    }
    std::string path_;
};

struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
};

class Copy {
public:
    explicit Copy(const std::string& path) : path_(path) {
        sqlite3* handle = nullptr;
        const int result =
            sqlite3_open_v2(path.c_str(), &handle,
                            SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
        handle_.reset(handle);
        if (result != SQLITE_OK) fail("open");
    }

    void fill_from(LongRead& read) {
        execute("PRAGMA journal_mode=OFF");
        execute("PRAGMA synchronous=OFF");
        sqlite3_backup* backup = sqlite3_backup_init(handle_.get(), "main", read.database().handle(), "main");
        if (backup == nullptr) fail("copy to");
        const std::unique_ptr<sqlite3_backup, int (*)(sqlite3_backup*)> ended(backup, sqlite3_backup_finish);
        int result = SQLITE_OK;
        while (result == SQLITE_OK) {
            read.check();
            result = sqlite3_backup_step(backup, kPagesPerStep);
        }
        if (result != SQLITE_DONE) throw Error("copy to", path_, sqlite3_errstr(result), result);
    }

    // One file without a log beside it, that no device takes for the store it was copied from.
    void make_its_own() {
        SystemRandom random;
        execute("PRAGMA journal_mode=DELETE");
        execute("UPDATE meta SET epoch = '" + random_hex(random, 16) + "'");
    }

private:
    void execute(const std::string& sql) {
        if (sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) fail(sql);
    }
    [[noreturn]] void fail(const std::string& operation) {
        throw Error(operation, path_, sqlite3_errmsg(handle_.get()), sqlite3_extended_errcode(handle_.get()));
    }

    const std::string& path_;
    std::unique_ptr<sqlite3, Close> handle_;
};

bool on_one_file_system(const fs::path& one, const fs::path& other) {
    struct stat a {};
    struct stat b {};
    return ::stat(one.c_str(), &a) == 0 && ::stat(other.c_str(), &b) == 0 && a.st_dev == b.st_dev;
}

void check_room(const fs::path& directory, const fs::path& file, std::uint64_t min_free) {
    std::uint64_t needed = fs::file_size(file);
    std::error_code none;
    if (const auto log = fs::file_size(file.string() + "-wal", none); !none) needed += log;
    if (on_one_file_system(directory, file)) needed += min_free;
    const std::uint64_t free = free_bytes_at(directory);
    if (free < needed)
        throw Error("back up to", directory.string(),
                    "has " + std::to_string(free >> 20) + " MiB free, " + std::to_string((needed >> 20) + 1) +
                        " are needed (what storage.min_free keeps aside counted in)",
                    ENOSPC);
}

}  // namespace

std::uint64_t back_up(LongRead& read, const fs::path& to, std::uint64_t min_free) {
    if (fs::exists(fs::symlink_status(to))) fail("back up to", to.string(), EEXIST);
    const fs::path directory = to.parent_path().empty() ? fs::path(".") : to.parent_path();
    if (!fs::is_directory(directory)) fail("back up to", directory.string(), ENOTDIR);
    check_room(directory, read.database().path(), min_free);
    PartFile part(to.string() + ".part");
    {
        Copy copy(part.path());
        Transaction snapshot(read.database(), Access::kRead);
        (void)read.database().value_of("SELECT epoch FROM meta");  // the snapshot begins with its first read
        copy.fill_from(read);
        copy.make_its_own();
    }
    const std::uint64_t bytes = fs::file_size(part.path());
    part.publish(to);
    return bytes;
}

}  // namespace causeway::storage
