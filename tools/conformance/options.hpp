// Which broker is asked, and as whom. The cases name destinations of their own below the prefixes.
#pragma once

#include <chrono>
#include <string>

namespace causeway::conformance {

struct Options {
    std::string url = "ws://127.0.0.1:8080/ws";
    bool allow_remote = false;
    bool sockjs = false;  // over SockJS's websocket transport below `url`
    std::string vhost;    // header host of CONNECT; empty: the URL's
    std::string login, passcode;
    std::string token;   // as passcode, when there is none
    std::string token2;  // of another user, whose name is like a:b\d, so that it could be escaped
    std::string destination_prefix = "/topic/conformance.";
    std::string queue_prefix = "/queue/conformance.";
    std::string only;     // the name or the number of a case; empty: all
    bool strict = false;  // a choice that differs is wrong, and an ERROR is followed by a close
    std::chrono::milliseconds patience{5'000};  // for one answer
    std::chrono::seconds case_timeout{20};
};

}  // namespace causeway::conformance
