// How far each device has got in each log, and what it may have been sent. A cursor without a position of
// its own (a device that was sent something and has confirmed nothing) has offset -1. Store thread only.
#pragma once

#include <string>

#include "broker/base/clock.hpp"
#include "storage/requests.hpp"
#include "storage/users.hpp"

namespace causeway::storage {

class Cursors {
public:
    Cursors(Database& database, Users& users, const Clock& clock);

    [[nodiscard]] Answer move(const MoveCursors& request);
    [[nodiscard]] Answer reset(const ResetCursors& request);
    // At the start of the process: sessions of the one before are over, and may have been sent everything up
    // to `end`.
    void end_sessions(Offset end);
    // Forgets cursors that nothing touched since `cutoff` and no session uses: looks at a slice of them, and
    // at the next slice the next time.
    void forget_before(WallTime cutoff);

private:
    bool set(const ResetCursors& request, std::int64_t user, std::int64_t to);

    struct Row {
        std::int64_t user = 0;
        std::string device;
        std::string log;
    };

    Users& users_;
    const Clock& clock_;
    Row swept_;  // the last one looked at
    Statement upsert_;
    Statement set_one_;
    Statement set_many_;
    Statement delete_many_;
    Statement end_sessions_;
    Statement select_slice_;
    Statement delete_one_;
};

}  // namespace causeway::storage
