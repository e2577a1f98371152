// How far devices have got, on its way to the store: moves are gathered and written together, at
// least every second and at once when a session ends. One per shard, on its thread.
#pragma once

#include <map>
#include <string>
#include <tuple>

#include "broker/base/numbers.hpp"
#include "storage/store.hpp"

namespace causeway::session {

class Cursors {
public:
    // `store` outlives this object.
    explicit Cursors(storage::Store& store) : store_(store) {}

    // The device has everything of `log` up to `to`. Never moves back. `log` is the destination's
    // name as clients say it.
    void move(const std::string& user, const std::string& device, const std::string& log, Offset to);
    // Hands all gathered moves to the store. Moves that the store refuses are repeated by later ones:
    // a cursor that lags costs a repeat, never a gap.
    void flush();
    [[nodiscard]] bool empty() const { return moves_.empty(); }

private:
    storage::Store& store_;
    std::map<std::tuple<std::string, std::string, std::string>, Offset> moves_;
};

}  // namespace causeway::session
