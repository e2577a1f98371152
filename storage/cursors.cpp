#include "storage/cursors.hpp"

#include <vector>

namespace causeway::storage {

namespace {

constexpr std::int64_t kSlice = 1000;  // cursors looked at in one transaction
constexpr std::int64_t kNowhere = -1;

std::int64_t signed_value(Offset offset) { return static_cast<std::int64_t>(value(offset)); }
std::int64_t place_of(std::optional<Offset> offset) { return offset ? signed_value(*offset) : kNowhere; }

}  // namespace

Cursors::Cursors(Database& database, Users& users, const Clock& clock)
    : users_(users),
      clock_(clock),
      upsert_(database,
              "INSERT INTO cursors (user, device, log, offset, updated_at, written, sessions) "
              "VALUES (?1, ?2, ?3, max(?4, ?8), ?5, ?6, max(?7, 0)) ON CONFLICT DO UPDATE SET "
              "offset = max(iif(offset < 0, ?8, offset), ?4), updated_at = excluded.updated_at, "
              "written = max(written, excluded.written), sessions = max(sessions + ?7, 0) "
              "WHERE ?4 > offset OR (offset < 0 AND ?8 >= 0) OR excluded.written > written OR ?7 <> 0"),
      set_one_(database,
               "INSERT INTO cursors (user, device, log, offset, updated_at) VALUES (?, ?, ?, ?, ?) "
               "ON CONFLICT DO UPDATE SET offset = excluded.offset, updated_at = excluded.updated_at"),
      set_many_(database,
                "UPDATE cursors SET offset = ?4, updated_at = ?5 "
                "WHERE user = ?1 AND (?2 = '' OR device = ?2) AND (?3 = '' OR log = ?3)"),
      delete_many_(database,
                   "DELETE FROM cursors "
                   "WHERE user = ?1 AND (?2 = '' OR device = ?2) AND (?3 = '' OR log = ?3)"),
      end_sessions_(database,
                    "UPDATE cursors INDEXED BY cursors_in_use SET written = max(written, ?), sessions = 0 "
                    "WHERE sessions > 0"),
      select_slice_(database,
                    "SELECT user, device, log, updated_at, sessions FROM cursors "
                    "WHERE (user, device, log) > (?, ?, ?) ORDER BY user, device, log LIMIT ?"),
      delete_one_(database, "DELETE FROM cursors WHERE user = ? AND device = ? AND log = ?") {}

Answer Cursors::move(const MoveCursors& request) {
    bool moved = false;
    const std::int64_t now = to_ms(clock_.wall());
    for (const auto& move : request.moves) {
        const bool says_something = move.to || move.first || value(move.written) > 0 || move.sessions > 0;
        if (!says_something && move.sessions == 0) continue;
        const auto known = says_something ? std::optional(users_.key_of(move.user)) : users_.find(move.user);
        if (!known) continue;
        upsert_.run(value(*known), std::string_view(move.device), std::string_view(move.log),
                    place_of(move.to), now, signed_value(move.written),
                    static_cast<std::int64_t>(move.sessions), place_of(move.first));
        moved = moved || upsert_.changes() > 0;
    }
    return Changed{moved};
}

Answer Cursors::reset(const ResetCursors& request) {
    if (request.user.empty()) return Refusal{ErrorCode::kMessageInvalid, "no user is named", "userId"};
    const auto user = users_.find(request.user);
    if (!user) return Changed{false};
    if (request.to) return Changed{set(request, value(*user), signed_value(*request.to))};
    delete_many_.run(value(*user), std::string_view(request.device), std::string_view(request.log));
    return Changed{delete_many_.changes() > 0};
}

bool Cursors::set(const ResetCursors& request, std::int64_t user, std::int64_t to) {
    const std::string_view device = request.device;
    const std::string_view log = request.log;
    Statement& statement = device.empty() || log.empty() ? set_many_ : set_one_;
    statement.run(user, device, log, to, to_ms(clock_.wall()));
    return statement.changes() > 0;
}

void Cursors::end_sessions(Offset end) { end_sessions_.run(value(end)); }

void Cursors::forget_before(WallTime cutoff) {
    std::vector<Row> expired;
    std::int64_t seen = 0;
    {
        // A copy: what is bound must not change while the rows are read.
        const Row from = swept_;
        auto rows =
            select_slice_.query(from.user, std::string_view(from.device), std::string_view(from.log), kSlice);
        for (; rows.next(); ++seen) {
            swept_ = {rows.integer(0), std::string(rows.text(1)), std::string(rows.text(2))};
            if (rows.integer(3) < to_ms(cutoff) && rows.integer(4) == 0) expired.push_back(swept_);
        }
    }
    if (seen < kSlice) swept_ = {};
    for (const Row& row : expired)
        delete_one_.run(row.user, std::string_view(row.device), std::string_view(row.log));
}

}  // namespace causeway::storage
