// The data directory, held by one process at a time. The kernel lets go of the lock when the
// process dies, however it dies, so there is nothing to clean up by hand.
#pragma once

#include <filesystem>

#include "storage/error.hpp"

namespace causeway::storage {

class DirectoryLock {
public:
    // Makes the directory when it is missing and closes it to other users (0700). Throws Error when
    // another process holds it ("locked by pid N"), or when it is open to others and full of files
    // that are not a store's.
    explicit DirectoryLock(const std::filesystem::path& directory);
    DirectoryLock(const DirectoryLock&) = delete;
    DirectoryLock& operator=(const DirectoryLock&) = delete;
    ~DirectoryLock();

private:
    int fd_ = -1;
};

}  // namespace causeway::storage
