// A command that is one request to the store, read but not done yet: so that it can be done together with
// others.
#pragma once

#include <functional>

#include "broker/app/commands.hpp"

namespace causeway::app {

struct PreparedCommand {
    storage::Part part;
    // What its caller is told when the store has done the part.
    std::function<Outcome(storage::PartAnswer)> outcome;
};

}  // namespace causeway::app
