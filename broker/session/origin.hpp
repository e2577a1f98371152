// What of a frame is needed to answer it, now or later.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "broker/app/commands.hpp"
#include "broker/session/encoding.hpp"

namespace causeway::session {

struct Origin {
    std::optional<std::string> receipt;
    std::string destination;
    std::string subscription;
};

// The same of a command; with the form that is wanted if it was a SUBSCRIBE, which gets the answer.
struct Ask {
    Origin origin;
    std::optional<Form> subscribes;
};

// The rest of an answer in parts.
struct AnswerPart {
    std::function<void(app::OnOutcome)> next;
    Ask ask;
};

}  // namespace causeway::session
