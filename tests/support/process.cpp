#include "tests/support/process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "tests/support/sanitizer_report.hpp"

namespace causeway::test {

namespace {

std::vector<std::string> with(const Process::Environment& extra) {
    std::vector<std::string> all;
    for (char** entry = environ; *entry; ++entry) {
        const std::string text = *entry;
        bool replaced = false;
        for (const auto& [name, value] : extra) replaced |= text.starts_with(name + "=");
        if (!replaced) all.push_back(text);
    }
    for (const auto& [name, value] : extra) all.push_back(name + "=" + value);
    return all;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> all;
    for (auto& text : texts) all.push_back(text.data());
    all.push_back(nullptr);
    return all;
}

// In the child, where nothing may allocate: other threads of ours may have held any lock.
[[noreturn]] void become(char** argv, char** environment, int output, pid_t parent) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(126);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::signal(SIGPIPE, SIG_DFL);  // an ignored signal stays so across exec, and the NATS library ignores it
    const int null = ::open("/dev/null", O_RDONLY);
    ::dup2(null, 0);
    ::dup2(output, 1);
    ::dup2(output, 2);
    ::close_range(3, ~0U, 0);
    ::execvpe(argv[0], argv, environment);
    const char text[] = "cannot run it\n";
    (void)!::write(2, text, sizeof text - 1);
    ::_exit(127);
}

ExitStatus decode(int raw) {
    if (WIFSIGNALED(raw)) return {-1, WTERMSIG(raw)};
    return {WEXITSTATUS(raw), 0};
}

std::string read_file(const std::string& path) {
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

std::uint64_t field(const std::string& status, const std::string& name) {
    const auto at = status.find(name + ":");
    return at == std::string::npos ? 0 : std::stoull(status.substr(at + name.size() + 1));
}

}  // namespace

Process::Process(std::vector<std::string> argv, const Environment& environment) : name_(argv.at(0)) {
    output_ = ::memfd_create("output", MFD_CLOEXEC);
    if (output_ < 0 || ::fcntl(output_, F_SETFL, O_APPEND) != 0)
        throw std::runtime_error("no memory for output");
    auto variables = with(environment);
    const auto arguments = pointers(argv);
    const auto settings = pointers(variables);
    const pid_t parent = ::getpid();
    pid_ = ::fork();
    if (pid_ < 0) throw std::runtime_error("cannot fork: " + std::string(std::strerror(errno)));
    if (pid_ == 0)
        become(const_cast<char**>(arguments.data()), const_cast<char**>(settings.data()), output_, parent);
}

Process::~Process() {
    kill9();
    if (const ReportTaker taker = sanitizer_report_taker)
        if (const std::string report = sanitizer_report(output()); !report.empty())
            taker(name_ + ": " + report);
    ::close(output_);
}

bool Process::running() { return !exit_status(); }

std::string Process::output() const {
    std::string all;
    char block[64 * 1024];
    ssize_t count = 0;
    while ((count = ::pread(output_, block, sizeof block, static_cast<off_t>(all.size()))) > 0)
        all.append(block, static_cast<std::size_t>(count));
    return all;
}

std::string Process::wait_for_line(const std::string& text, std::chrono::milliseconds patience) {
    std::optional<std::string> line;
    const auto look = [&] {
        const bool over = !running();  // asked first: what it wrote last is then there to read
        std::istringstream lines(output());
        for (std::string each; std::getline(lines, each) && !lines.eof();)
            if (each.find(text) != std::string::npos) return line = each, true;
        return over;
    };
    if (!eventually(look, patience) || !line)
        throw std::runtime_error(name_ + " did not write '" + text + "'; " + describe());
    return *line;
}

void Process::signal(int number) {
    if (running()) ::kill(pid_, number);
}

void Process::pause() {
    signal(SIGSTOP);
    const std::string stat = "/proc/" + std::to_string(pid_) + "/stat";
    if (!eventually([&] { return read_file(stat).find(") T ") != std::string::npos; }))
        throw std::runtime_error(name_ + " did not stop");
}

void Process::resume() { signal(SIGCONT); }

void Process::kill9() {
    if (status_) return;
    ::kill(pid_, SIGKILL);
    int raw = 0;
    while (::waitpid(pid_, &raw, 0) < 0 && errno == EINTR) {
    }
    status_ = decode(raw);
}

ExitStatus Process::wait_for_exit(std::chrono::milliseconds patience) {
    if (!eventually([this] { return !running(); }, patience))
        throw std::runtime_error(name_ + " did not end; " + describe());
    return *status_;
}

std::optional<ExitStatus> Process::exit_status() {
    int raw = 0;
    if (!status_ && ::waitpid(pid_, &raw, WNOHANG) == pid_) status_ = decode(raw);
    return status_;
}

ProcessStats Process::stats() const {
    const std::string base = "/proc/" + std::to_string(pid_);
    const std::string status = read_file(base + "/status");
    if (status_ || status.empty()) throw std::runtime_error(name_ + " has ended; " + describe());
    ProcessStats now;
    now.rss_bytes = field(status, "VmRSS") * 1024;
    now.threads = field(status, "Threads");
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(base + "/fd"))
        ++now.descriptors;
    // proc(5): utime and stime are the 14th and 15th; the second may hold blanks but ends with the last ')'.
    const std::string stat = read_file(base + "/stat");
    std::istringstream fields(stat.substr(stat.rfind(')') + 2));
    std::string skipped;
    for (int i = 3; i < 14; ++i) fields >> skipped;
    std::int64_t user = 0;
    std::int64_t system = 0;
    fields >> user >> system;
    now.cpu = std::chrono::milliseconds((user + system) * 1000 / ::sysconf(_SC_CLK_TCK));
    return now;
}

std::string Process::describe() const {
    std::string text = "it ";
    if (!status_)
        text += "runs";
    else if (status_->signal)
        text += "was ended by signal " + std::to_string(status_->signal);
    else
        text += "exited with " + std::to_string(status_->code);
    return text + " and wrote:\n" + output();
}

}  // namespace causeway::test
