// The broker's address out of a URL: ws, http and tcp are the same here, and wss, https and tls, as it is
// Options::wire that says how to talk.
#pragma once

#include <sys/socket.h>

#include <string>

#include "tools/bench/options.hpp"

namespace causeway::bench {

struct Target {
    sockaddr_storage address{};
    socklen_t length = 0;
    std::string authority;  // for the Host header
    std::string host;
    std::string path;
    bool tls = false;
};

// Resolves the name. Throws BadOptions when the URL is none, the name is unknown, or the address is not
// loopback and `allow_remote` is off.
[[nodiscard]] Target resolve(const Options& options);

}  // namespace causeway::bench
