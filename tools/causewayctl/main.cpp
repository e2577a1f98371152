// causewayctl: from the process to run() and back.
#include <sys/ioctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <iostream>

#include "tools/causewayctl/command_line.hpp"

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);
    const bool terminal = isatty(STDOUT_FILENO) == 1;
    winsize size{};
    if (terminal) ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
    const auto environment = [](const char* name) -> const char* { return std::getenv(name); };
    return causeway::ctl::run({argv + 1, argv + argc},
                              {std::cin, std::cout, std::cerr, terminal, size.ws_col, environment,
                               isatty(STDIN_FILENO) == 1});
}
