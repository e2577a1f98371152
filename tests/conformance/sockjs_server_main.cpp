// sockjs_test_server [PORT]: for whoever has the public SockJS test suite.
#include <cstdlib>
#include <iostream>
#include <string>

#include "tests/conformance/sockjs_server.hpp"

int main(int argc, char** argv) {
    causeway::test::SockJsServer::Options options;
    options.port = static_cast<std::uint16_t>(argc > 1 ? std::atoi(argv[1]) : 8081);
    const causeway::test::SockJsServer server(options);
    std::cout << "http://127.0.0.1:" << server.port() << ", until end of input\n" << std::flush;
    for (std::string line; std::getline(std::cin, line);) {
    }
}
