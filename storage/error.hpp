// What the disk or the file did wrong. Thrown inside storage/ and by the constructor of SqliteStore;
// never by a running store: there it becomes a send-failed or a ReadFailed.
#pragma once

#include <stdexcept>
#include <string>

namespace causeway::storage {

class Error : public std::runtime_error {
public:
    // `code` is SQLite's extended result code, or errno for what is no matter of SQLite's.
    Error(const std::string& operation, const std::string& path, const std::string& reason, int code)
        : std::runtime_error(operation + " " + path + ": " + reason + " (code " + std::to_string(code) + ")"),
          code_(code) {}
    [[nodiscard]] int code() const { return code_; }

private:
    int code_;
};

}  // namespace causeway::storage
