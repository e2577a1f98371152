// A broker that is ours to kill: started through /bin/sh in a process group of its own. It ends with us.
#pragma once

#include <sys/types.h>

#include <string>

namespace causeway::soak {

class BrokerChild {
public:
    // Starts it. Its output goes to the end of the file `log` (empty: nowhere). Throws std::runtime_error.
    BrokerChild(std::string command, std::string log);
    // SIGTERM, and SIGKILL if that does not help within ten seconds.
    ~BrokerChild();
    BrokerChild(const BrokerChild&) = delete;
    BrokerChild& operator=(const BrokerChild&) = delete;

    // kill -9 of the whole group; waits until it is gone, and starts it again.
    void kill_and_restart();
    // It has ended by itself; it is started again.
    [[nodiscard]] bool restart_if_ended();

private:
    void start();

    const std::string command_;
    const std::string log_;
    pid_t pid_ = -1;
};

}  // namespace causeway::soak
