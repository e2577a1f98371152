#include "storage/directory_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

namespace causeway::storage {

namespace fs = std::filesystem;

namespace {

constexpr const char* kLockFile = "lock";

void make_private(const fs::path& directory) {
    std::error_code error;
    const bool made = fs::create_directories(directory, error);
    if (error) throw Error("create", directory.string(), error.message(), error.value());
    const auto mode = fs::status(directory).permissions();
    if ((mode & (fs::perms::group_all | fs::perms::others_all)) == fs::perms::none) return;
    // A slip such as path = "/tmp" must not lock everybody out of it.
    if (!made && !fs::is_empty(directory) && !fs::exists(directory / kLockFile))
        throw Error(
            "open", directory.string(),
            "is open to other users and holds files that are not a store's; give the store a directory "
            "of its own, or chmod it to 0700",
            EPERM);
    if (::chmod(directory.c_str(), 0700) != 0)
        throw Error("chmod 0700", directory.string(), std::strerror(errno), errno);
}

std::string holder_of(int fd) {
    char text[32] = {};
    const ssize_t length = ::pread(fd, text, sizeof text - 1, 0);
    std::string pid(text, length > 0 ? static_cast<std::size_t>(length) : 0);
    while (!pid.empty() && pid.back() == '\n') pid.pop_back();
    return pid.empty() ? "unknown" : pid;
}

}  // namespace

DirectoryLock::DirectoryLock(const fs::path& directory) {
    make_private(directory);
    const std::string path = (directory / kLockFile).string();
    fd_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd_ < 0) throw Error("open", path, std::strerror(errno), errno);
    (void)!::fchmod(fd_, 0600);  // holds a pid only
    if (::flock(fd_, LOCK_EX | LOCK_NB) != 0) {
        const int reason = errno;
        const std::string text =
            reason == EWOULDBLOCK ? "locked by pid " + holder_of(fd_) : std::strerror(reason);
        ::close(fd_);
        throw Error("open", directory.string(), text, reason);
    }
    const std::string pid = std::to_string(::getpid()) + "\n";
    // On a full disk the pid is missing; the lock holds all the same.
    if (::ftruncate(fd_, 0) == 0) (void)!::pwrite(fd_, pid.data(), pid.size(), 0);
}

DirectoryLock::~DirectoryLock() { ::close(fd_); }

}  // namespace causeway::storage
