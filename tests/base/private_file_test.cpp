// Which files are private enough for a key: PostgreSQL's rule.
#include "broker/base/private_file.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

using namespace causeway;

namespace {

constexpr uid_t kRoot = 0;
constexpr uid_t kBroker = 990;
constexpr uid_t kSomebody = 1000;

struct stat like(uid_t owner, mode_t mode) {
    struct stat file {};
    file.st_uid = owner;
    file.st_mode = mode;
    return file;
}

}  // namespace

TEST_CASE("a key is private if its user's mode is at most 0600, or root's at most 0640") {
    const struct {
        uid_t owner;
        mode_t mode;
        uid_t self;
        bool fine;
    } rows[] = {
        {kBroker, 0600, kBroker, true},  {kBroker, 0400, kBroker, true},  {kBroker, 0640, kBroker, false},
        {kBroker, 0604, kBroker, false}, {kBroker, 0644, kBroker, false}, {kBroker, 0700, kBroker, true},
        {kRoot, 0640, kBroker, true},    {kRoot, 0440, kBroker, true},    {kRoot, 0600, kBroker, true},
        {kRoot, 0660, kBroker, false},   {kRoot, 0644, kBroker, false},   {kRoot, 0641, kBroker, false},
        {kRoot, 0640, kRoot, true},      {kRoot, 0644, kRoot, false},     {kSomebody, 0600, kBroker, false},
        {kSomebody, 0600, kRoot, false},
    };
    for (const auto& row : rows) {
        CAPTURE(row.owner);
        CAPTURE(row.mode);
        CAPTURE(row.self);
        CHECK(!exposure(like(row.owner, S_IFREG | row.mode), row.self) == row.fine);
    }
    CHECK(exposure(like(kBroker, S_IFIFO | 0600), kBroker));
    CHECK(exposure(like(kBroker, S_IFDIR | 0600), kBroker));
}

TEST_CASE("what is wrong names the file, its mode and what to do") {
    std::string path = "/tmp/causeway-private-XXXXXX";
    const int fd = ::mkstemp(path.data());
    REQUIRE(fd >= 0);
    CHECK_FALSE(exposure(path));
    REQUIRE(::fchmod(fd, 0644) == 0);
    const std::string fault = exposure(path).value_or("");
    for (const std::string& part : {path, std::string("0644"), std::string("chmod 600")})
        CHECK(fault.find(part) != std::string::npos);
    ::close(fd);
    ::unlink(path.c_str());
    CHECK_FALSE(exposure(path));  // not there: reading it tells
}
