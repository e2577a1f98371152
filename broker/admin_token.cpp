#include "broker/admin_token.hpp"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <stdexcept>

#include "broker/base/random.hpp"

namespace causeway {

std::string admin_token(const config::Config& config) {
    if (!config.admin.token.empty()) return config.admin.token;
    SystemRandom random;
    const std::string token = random_hex(random, 24);
    const std::string line = token + "\n";
    const std::string file = (std::filesystem::path(config.storage.path) / "admin.token").string();
    const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    const bool written = fd >= 0 && ::fchmod(fd, 0600) == 0 &&
                         ::write(fd, line.data(), line.size()) == static_cast<ssize_t>(line.size());
    const int error = errno;
    if (fd >= 0) ::close(fd);
    if (!written) throw std::runtime_error("cannot write the admin token to " + file + ": " + std::strerror(error));
    spdlog::info("admin: the token of this run is in {}", file);
    return token;
}

}  // namespace causeway
