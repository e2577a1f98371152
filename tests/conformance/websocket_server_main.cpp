// websocket_test_server [PORT]: the echo server until it is told to stop (SIGINT, SIGTERM).
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "tests/conformance/websocket_server.hpp"

int main(int argc, char** argv) {
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &ends, nullptr);  // before there are threads: they inherit it
    const causeway::test::WebSocketServer server(
        static_cast<std::uint16_t>(argc > 1 ? std::atoi(argv[1]) : 9001));
    std::printf("echoing on ws://127.0.0.1:%d/\n", server.port());
    std::fflush(stdout);
    int signal = 0;
    sigwait(&ends, &signal);
    return 0;
}
