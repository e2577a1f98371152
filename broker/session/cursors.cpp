#include "broker/session/cursors.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace causeway::session {

void Cursors::add(Move& into, const Move& move) {
    if (move.to) into.to = std::max(into.to.value_or(Offset{}), *move.to);
    into.written = std::max(into.written, move.written);
    into.sessions += move.sessions;
    if (move.first) into.first = std::min(into.first.value_or(*move.first), *move.first);
}

void Cursors::move(const Key& key, Offset to) { add(moves_[key], {to, {}, 0, std::nullopt}); }

void Cursors::place(const Key& key, Offset first) { add(moves_[key], {std::nullopt, {}, 0, first}); }

void Cursors::begin(const Key& key) { add(moves_[key], {std::nullopt, {}, 1, std::nullopt}); }

void Cursors::end(const Key& key, Offset written) {
    add(moves_[key], {std::nullopt, written, -1, std::nullopt});
}

storage::MoveCursors Cursors::request_of(const Moves& moves) {
    storage::MoveCursors request;
    request.moves.reserve(moves.size());
    for (const auto& [key, move] : moves)
        request.moves.push_back(
            {key.user, key.device, key.log, move.to, move.written, move.sessions, move.first});
    return request;
}

void Cursors::flush() {
    if (!moves_.empty()) flush_and({});
}

void Cursors::flush_and(std::function<void(bool written)> then) {
    const auto request = std::make_shared<const storage::MoveCursors>(request_of(std::exchange(moves_, {})));
    store_.submit(*request,
                  [this, post = post_, request, then = std::move(then)](const storage::Answer& answer) {
                      const bool refused = std::holds_alternative<Refusal>(answer) && !request->moves.empty();
                      if (!refused && !then) return;
                      post([this, request, refused, then] {
                          if (refused) take_back(*request);
                          if (then) then(!refused);
                      });
                  });
}

void Cursors::take_back(const storage::MoveCursors& refused) {
    for (const auto& move : refused.moves) {
        const Key key{move.user, move.device, move.log};
        if (moves_.size() >= kMostRefused && !moves_.contains(key)) continue;
        add(moves_[key], {move.to, move.written, move.sessions, move.first});
    }
}

}  // namespace causeway::session
