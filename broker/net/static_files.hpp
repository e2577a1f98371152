// The files of one directory, read once at start: what is not in memory is not served, so no request
// path ever reaches the file system. Immutable; any thread.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>

#include "broker/base/numbers.hpp"

namespace causeway::net {

class StaticFiles {
public:
    struct File {
        std::string content_type;
        std::string bytes;
    };

    StaticFiles() = default;
    // Takes the regular files below `directory` that have a known type, up to 4 MiB each and 64 MiB in
    // all. Throws std::runtime_error naming the directory when it cannot be read or holds more.
    explicit StaticFiles(const std::filesystem::path& directory);

    // `path` as requested, decoded; `/` is `/index.html`. Null if there is none.
    [[nodiscard]] const File* find(std::string_view path) const;

private:
    std::unordered_map<std::string, File, StringHash, std::equal_to<>> files_;
};

}  // namespace causeway::net
