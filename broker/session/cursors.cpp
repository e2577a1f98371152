#include "broker/session/cursors.hpp"

#include <algorithm>
#include <utility>

namespace causeway::session {

void Cursors::move(const std::string& user, const std::string& device, const std::string& log, Offset to) {
    Offset& offset = moves_[{user, device, log}];
    offset = std::max(offset, to);
}

void Cursors::flush() {
    if (moves_.empty()) return;
    storage::MoveCursors request;
    request.moves.reserve(moves_.size());
    for (auto& [key, to] : std::exchange(moves_, {})) {
        const auto& [user, device, log] = key;
        request.moves.push_back({.user = user, .device = device, .log = log, .to = to});
    }
    store_.submit(std::move(request), [](const storage::Answer&) {});
}

}  // namespace causeway::session
