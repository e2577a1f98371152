// Whether a file that holds a key or a secret is for its owner alone. The rule is PostgreSQL's for its server
// key: of the program's own user with mode 0600 or less, or of root with 0640 or less, so that root can share
// it by group. Any thread.
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <optional>
#include <string>

namespace causeway {

// What is wrong with a file like this for a program that runs as `self`, and what to do; follows its name.
// Nothing if it is private.
[[nodiscard]] std::optional<std::string> exposure(const struct stat& file, uid_t self);

// The same of the file there, with its name. Nothing also if there is none or it cannot be looked at: reading
// it will tell.
[[nodiscard]] std::optional<std::string> exposure(const std::string& path);

}  // namespace causeway
