// An answer that lists rows, a thousand at a time: whoever is in very many conversations must not be cut
// off for asking which.
#pragma once

#include <algorithm>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "broker/app/handlers.hpp"

namespace causeway::app {

inline constexpr std::size_t kRowsInPart = 1000;

// `body(rows of this part, more)` gives its JSON; `more` says that another part follows.
template <typename Row, typename Body>
[[nodiscard]] Done row_part(Services& services, const ReplyStamp& stamp, const char* queue,
                            std::shared_ptr<const std::vector<Row>> rows, Body body, std::size_t from = 0) {
    const std::size_t end = std::min(rows->size(), from + kRowsInPart);
    const bool more = end < rows->size();
    Done done;
    done.reply = stamp.reply(queue, body(std::span(*rows).subspan(from, end - from), more));
    if (more)
        done.next = [&services, queue, rows = std::move(rows), body, end](const OnOutcome& on_outcome) {
            on_outcome(row_part(services, ReplyStamp(services), queue, rows, body, end));
        };
    return done;
}

}  // namespace causeway::app
