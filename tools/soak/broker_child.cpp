#include "tools/soak/broker_child.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <stdexcept>
#include <thread>

namespace causeway::soak {

BrokerChild::BrokerChild(std::string command, std::string log)
    : command_("exec " + std::move(command)), log_(log.empty() ? "/dev/null" : std::move(log)) {
    start();
}

BrokerChild::~BrokerChild() {
    ::kill(-pid_, SIGTERM);
    for (int i = 0; i < 500; ++i) {
        if (::waitpid(pid_, nullptr, WNOHANG) != 0) return;
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    ::kill(-pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
}

void BrokerChild::start() {
    const pid_t parent = ::getpid();
    const int output = ::open(log_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (output < 0) throw std::runtime_error("cannot write " + log_ + ": " + std::strerror(errno));
    pid_ = ::fork();
    if (pid_ == 0) {
        ::setpgid(0, 0);
        ::prctl(PR_SET_PDEATHSIG, SIGTERM);
        if (::getppid() != parent) ::_exit(1);
        ::dup2(output, STDOUT_FILENO);
        ::dup2(output, STDERR_FILENO);
        ::execl("/bin/sh", "sh", "-c", command_.c_str(), nullptr);
        ::_exit(127);
    }
    ::close(output);
    if (pid_ < 0) throw std::runtime_error(std::string("cannot start a process: ") + std::strerror(errno));
    ::setpgid(pid_, pid_);  // whoever of the two comes first
}

void BrokerChild::kill_and_restart() {
    ::kill(-pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    start();
}

bool BrokerChild::restart_if_ended() {
    if (::waitpid(pid_, nullptr, WNOHANG) == 0) return false;
    start();
    return true;
}

}  // namespace causeway::soak
