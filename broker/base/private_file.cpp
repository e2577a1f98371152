#include "broker/base/private_file.hpp"

#include <unistd.h>

#include <array>
#include <cstdio>

namespace causeway {

namespace {

constexpr uid_t kRoot = 0;

std::string octal(mode_t mode) {
    std::array<char, 8> digits{};
    std::snprintf(digits.data(), digits.size(), "%04o", static_cast<unsigned>(mode & 07777U));
    return digits.data();
}

}  // namespace

std::optional<std::string> exposure(const struct stat& file, uid_t self) {
    if (!S_ISREG(file.st_mode)) return "is not a regular file";
    if (file.st_uid != self && file.st_uid != kRoot)
        return "belongs to user " + std::to_string(file.st_uid) +
               ", who can read and replace it; give it to the user that the broker runs as (chown), or to "
               "root";
    const bool of_root = file.st_uid == kRoot;
    if ((file.st_mode & (of_root ? 0037U : 0077U)) == 0) return std::nullopt;
    return "has mode " + octal(file.st_mode) + ", so others than its owner can use it; " +
           (of_root ? "at most 0640 is right, as root owns it" : "at most 0600 is right") + ": chmod 600";
}

std::optional<std::string> exposure(const std::string& path) {
    struct stat file {};
    if (::stat(path.c_str(), &file) != 0) return std::nullopt;
    auto fault = exposure(file, ::geteuid());
    if (fault) fault->insert(0, "\"" + path + "\" ");
    return fault;
}

}  // namespace causeway
