// What every command gets: where it reads and writes, and the options that all commands share.
#pragma once

#include <chrono>
#include <functional>
#include <iosfwd>
#include <string>

#include "tools/causewayctl/exit_code.hpp"

namespace causeway::ctl {

struct Io {
    std::istream& in;
    std::ostream& out;
    std::ostream& err;
    bool out_is_terminal = false;
    int columns = 0;                                      // of the terminal; 0: unknown
    std::function<const char*(const char*)> environment;  // like getenv
    bool in_is_terminal = false;                          // there is somebody to ask
};

enum class Format { kTable, kJson };

struct Globals {
    std::string url = "http://127.0.0.1:8081";
    std::string token;
    std::string token_file;
    Format format = Format::kTable;
    bool no_headers = false;
    std::string color = "auto";
    bool quiet = false;
    double timeout_seconds = 10;
};

struct Context {
    Io io;
    Globals globals;
    std::function<ExitCode()> action;  // set by the command that was named

    [[nodiscard]] bool wants_color() const;
    // From --token, --token-file or CAUSEWAYCTL_TOKEN, in this order; may be empty.
    [[nodiscard]] std::string admin_token() const;
    // Before something that cannot be undone. Returns when `yes`, or when somebody at a terminal says so;
    // throws Failure otherwise. `what` is a whole question.
    void confirm(const std::string& what, bool yes) const;
};

// The whole file. Failure(kNoInput) when it cannot be read or has more than `limit` bytes.
[[nodiscard]] std::string read_file(const std::string& path, std::size_t limit);

// Without line ends and blanks at its end: what an editor leaves in a file with a secret.
[[nodiscard]] std::string without_line_end(std::string text);

}  // namespace causeway::ctl
