#include "storage/free_space.hpp"

#include <sys/statvfs.h>

#include <limits>
#include <utility>

namespace causeway::storage {

namespace {

constexpr std::chrono::seconds kBetweenLooks{1};

}  // namespace

std::uint64_t free_bytes_at(const std::filesystem::path& path) {
    struct statvfs status {};
    if (::statvfs(path.c_str(), &status) != 0) return std::numeric_limits<std::uint64_t>::max();
    return static_cast<std::uint64_t>(status.f_bavail) * status.f_frsize;
}

FreeSpace::FreeSpace(std::filesystem::path directory, std::uint64_t min_free)
    : directory_(std::move(directory)), min_free_(min_free) {
    look();
}

void FreeSpace::look() {
    const auto now = std::chrono::steady_clock::now();
    if (now < look_again_at_) return;
    look_again_at_ = now + kBetweenLooks;
    bytes_ = free_bytes_at(directory_);
    short_ = short_ ? bytes_ / 2 < min_free_ : bytes_ < min_free_;
}

std::string FreeSpace::reason() const {
    return std::to_string(bytes_ >> 20) + " MiB are free at " + directory_.string() +
           ", storage.min_free is " + std::to_string(min_free_ >> 20) +
           " MiB; new messages are refused until twice that is free";
}

}  // namespace causeway::storage
