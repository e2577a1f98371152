// How causewayctl ends: 0, 1, then the codes of sysexits.h, which scripts around brokers know.
#pragma once

#include <stdexcept>
#include <string>

namespace causeway::ctl {

enum class ExitCode : int {
    kOk = 0,
    kRefused = 1,       // the broker answered, and the answer is no
    kUsage = 64,        // the command line
    kBadData = 65,      // what was given as input
    kNoInput = 66,      // a file that cannot be read
    kUnavailable = 69,  // no broker there
    kInternal = 70,     // an answer that makes no sense, a fault of ours
    kTryLater = 75,     // overloaded, draining, rate-limited
    kNoPermission = 77,
    kConfig = 78,
    kTimeout = 124,
};

// Ends the command with a message for people: what failed, and what to do.
class Failure : public std::runtime_error {
public:
    Failure(ExitCode code, const std::string& text) : std::runtime_error(text), code_(code) {}
    [[nodiscard]] ExitCode code() const { return code_; }

private:
    ExitCode code_;
};

}  // namespace causeway::ctl
