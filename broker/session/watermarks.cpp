#include "broker/session/watermarks.hpp"

#include <algorithm>

namespace causeway::session {

void Watermarks::delivered(const std::string& user, const std::string& conversation, Sequence to) {
    Sequence& sequence = moves_[{user, conversation}];
    sequence = std::max(sequence, to);
}

void Watermarks::flush() {
    if (moves_.empty()) return;
    storage::MoveWatermarks request;
    request.moves.reserve(moves_.size());
    for (auto& [key, to] : std::exchange(moves_, {}))
        request.moves.push_back({storage::Mark::kDelivered, key.first, key.second, to, {}});
    store_.submit(std::move(request), [](const storage::Answer&) {});
}

}  // namespace causeway::session
