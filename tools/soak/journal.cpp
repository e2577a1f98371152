#include "tools/soak/journal.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <stdexcept>

namespace causeway::soak {

namespace {

constexpr std::string_view kTitle = "causeway-soak 1";
// Ends what may be half a line of a run that was killed, so that it is taken for nothing else.
constexpr std::string_view kBreak = "!\n";

[[noreturn]] void fail(const std::string& what, const std::string& path) {
    throw std::runtime_error(what + " " + path + ": " + std::strerror(errno));
}

}  // namespace

Journal::Journal(const std::string& path, Open how) : path_(path) {
    if (path.empty()) return;
    fd_ =
        ::open(path.c_str(), O_WRONLY | O_CLOEXEC | (how == Open::kNew ? O_CREAT | O_EXCL : O_APPEND), 0600);
    if (fd_ < 0) fail("cannot write", path);
    if (how == Open::kNew)
        (waiting_ += kTitle) += '\n';
    else
        waiting_ += kBreak;
}

Journal::~Journal() {
    if (fd_ >= 0) ::close(fd_);
}

void Journal::add(const Event& event) {
    if (fd_ >= 0) waiting_ += to_line(event);
}

void Journal::flush() {
    for (std::size_t done = 0; done < waiting_.size();) {
        const ssize_t count = ::write(fd_, waiting_.data() + done, waiting_.size() - done);
        if (count < 0 && errno != EINTR) fail("cannot write", path_);
        if (count > 0) done += static_cast<std::size_t>(count);
    }
    waiting_.clear();
}

void read_journal(const std::string& path, const std::function<void(const Event&)>& on_event) {
    std::ifstream file(path, std::ios::binary);
    if (!file) fail("cannot read", path);
    std::string line;
    if (!std::getline(file, line) || line != kTitle)
        throw std::runtime_error(path + " is not the journal of a soak");
    for (std::uint64_t number = 2; std::getline(file, line); ++number) {
        // Without its line end it was not written to the end.
        if (file.eof() || line.empty() || line.back() == kBreak.front()) continue;
        const auto event = parse_line(line);
        if (!event)
            throw std::runtime_error(path + ", line " + std::to_string(number) + ": not a line of a journal");
        on_event(*event);
    }
}

}  // namespace causeway::soak
