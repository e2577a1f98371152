// A world in which transactions are made, and two clients in it.
#pragma once

#include "tests/session/world.hpp"

namespace causeway::session::testing {

inline constexpr const char* kTopic = "/topic/a";
inline constexpr const char* kBobs = "/user/bob/queue/x";
inline constexpr const char* kConversation = "/topic/conversation/c";

struct Trade : World {
    explicit Trade(const SessionLimits& own_limits = {})
        : World({allow({"send"}, "/user/*/queue/**"), allow({"subscribe"}, "/user/queue/**"),
                 allow({"send", "subscribe"}, "/topic/**"), allow({"send"}, "/app/**")},
                own_limits) {}
};

inline void begins(Client& client, const std::string& name = "t") {
    client.says("BEGIN", {"transaction:" + name});
}
inline void commits(Client& client, const std::string& name = "t") {
    client.says("COMMIT", {"transaction:" + name, "receipt:commit"});
}
inline void sends_in(Client& client, const std::string& destination, const std::string& body,
                     Lines lines = {}) {
    lines.push_back("transaction:t");
    client.sends(destination, body, lines);
}
inline void keeps_in(Client& client, const std::string& body) {
    sends_in(client, kBobs, body, {"persistent:true"});
}

// Alice, and bob who listens on another shard to the topic and his queue.
struct Two {
    explicit Two(Trade& world, const Lines& lines = {}) : alice(world, "alice"), bob(world, "bob", 1) {
        alice.connects(lines);
        bob.connects();
        bob.subscribes(kTopic);
        bob.subscribes("/user/queue/x");
        (void)alice.takes("CONNECTED");
    }
    Client alice;
    Client bob;
};

}  // namespace causeway::session::testing
