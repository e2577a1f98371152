// What a soak is asked to do.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tools/bench/options.hpp"

namespace causeway::soak {

struct Options {
    std::string url = "ws://127.0.0.1:8080/ws";
    bool allow_remote = false;
    std::uint64_t users = 6;
    std::uint64_t conversations = 10;
    std::uint64_t members = 3;  // of a conversation, at most
    double rate = 20;           // messages per second, of all users together
    double duration_seconds = 30;
    double kill_every_seconds = 0;  // on average; 0: never
    std::string command;            // starts the broker, for /bin/sh; empty: it runs already
    std::string command_log;        // where its output goes; empty: nowhere
    double settle_seconds = 15;     // without any progress: what is missing is missing
    std::uint64_t body_bytes = 64;
    std::uint64_t seed = 1;

    std::vector<std::string> names;   // of the users …
    std::vector<std::string> tokens;  // … and a token for each
};

inline constexpr std::uint64_t kMostUsers = 2'000;
inline constexpr std::uint64_t kMostConversations = 10'000;

}  // namespace causeway::soak
