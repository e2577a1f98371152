// The name of a log as a client's SUBSCRIBE has it: what cursors are kept under.
#pragma once

#include <string>

#include "storage/store.hpp"

namespace causeway::storage {

[[nodiscard]] inline std::string log_name(const Log& log) {
    switch (log.kind) {
        case Log::Kind::kConversation:
            return "/topic/conversation/" + log.name;
        case Log::Kind::kPrivateMessages:
            return "/user/queue/private-messages";
        case Log::Kind::kMessages:
            return "/user/queue/messages";
        case Log::Kind::kInbox:
            return "/user/queue/" + log.name;
        case Log::Kind::kTopic:
            return "/topic/" + log.name;
    }
    return {};
}

}  // namespace causeway::storage
