#include "storage/user_export.hpp"

#include <charconv>
#include <limits>
#include <optional>
#include <vector>

#include "storage/json_text.hpp"

namespace causeway::storage {

namespace {

constexpr std::size_t kLinesAtMost = 500;
constexpr std::int64_t kStages = 6;

std::string field(std::string_view name, std::string_view json) {
    return ",\"" + std::string(name) + "\":" + std::string(json);
}
std::string field(std::string_view name, std::int64_t number) { return field(name, std::to_string(number)); }

std::string opened(std::string_view kind) { return "{\"kind\":\"" + std::string(kind) + "\""; }

// Conversations that the user (?1) is or was in, after ?2.
constexpr const char* kConversations =
    "SELECT conversation FROM (SELECT conversation FROM members WHERE user = ?1 AND conversation > ?2 "
    "UNION SELECT conversation FROM past_members WHERE user = ?1 AND conversation > ?2) "
    "ORDER BY conversation LIMIT ?3";

}  // namespace

UserExport::UserExport(Database& database, const StoreOptions& options)
    : database_(database), options_(options) {}

UserExport::Position UserExport::parse(const std::string& from) const {
    if (from.empty()) return {};
    std::int64_t numbers[3] = {};
    const char* at = from.data();
    const char* const end = at + from.size();
    for (std::size_t i = 0; i < 3; ++i) {
        const auto [next, error] = std::from_chars(at, end, numbers[i]);
        const bool last = i == 2;
        if (error != std::errc() || numbers[i] < 0 || (next == end) != last || (!last && *next != ':'))
            throw Error("export", database_.path(), "\"from\" is not what the slice before said is next", 0);
        at = next + 1;
    }
    return {numbers[0], numbers[1], numbers[2]};
}

bool UserExport::full() const { return lines_ >= kLinesAtMost || text_.size() >= options_.page_bytes; }

void UserExport::line(const std::string& json) {
    text_ += json;
    text_ += '\n';
    ++lines_;
}

ExportPage UserExport::page(const std::string& user, const std::string& from) {
    at_ = parse(from);
    text_.clear();
    lines_ = 0;
    Transaction snapshot(database_, Access::kRead);
    Statement select(database_, "SELECT user FROM users WHERE name = ?");
    {
        auto rows = select.query(std::string_view(user));
        if (!rows.next()) return {};
        user_ = rows.integer(0);
    }
    if (at_.stage == 0) profile(user);
    if (at_.stage == 1) conversations();
    if (at_.stage == 2) messages();
    if (at_.stage == 3) inbox();
    if (at_.stage == 4) cursors();
    if (at_.stage == 5) watermarks();
    ExportPage page{std::move(text_), {}};
    if (at_.stage < kStages)
        page.next =
            std::to_string(at_.stage) + ":" + std::to_string(at_.owner) + ":" + std::to_string(at_.offset);
    return page;
}

void UserExport::profile(const std::string& user) {
    line(opened("profile") + field("userId", json_string(user)) + "}");
    next_stage();
}

void UserExport::conversations() {
    Statement select(database_, kConversations);
    std::vector<std::int64_t> keys;
    {
        auto rows = select.query(user_, at_.owner, static_cast<std::int64_t>(kLinesAtMost));
        while (rows.next()) keys.push_back(rows.integer(0));
    }
    for (const std::int64_t key : keys) {
        if (full()) return;
        line(conversation(key));
        at_.owner = key;
    }
    if (keys.size() < kLinesAtMost) next_stage();
}

std::string UserExport::conversation(std::int64_t key) {
    Statement select(database_,
                     "SELECT c.id, c.kind, c.name, c.created_at, m.role, c.creator = ?2 FROM conversations c "
                     "LEFT JOIN members m ON m.conversation = c.conversation AND m.user = ?2 "
                     "WHERE c.conversation = ?1");
    auto rows = select.query(key, user_);
    if (!rows.next()) return opened("conversation") + "}";
    return opened("conversation") + field("conversationId", json_string(rows.text(0))) +
           field("type", json_string(rows.text(1))) + field("name", json_string(rows.text(2))) +
           field("createdAt", rows.integer(3)) +
           field("role", rows.is_null(4) ? std::string("null") : json_string(rows.text(4))) +
           field("creator", rows.integer(5) != 0 ? "true" : "false") + field("stays", stays(key)) + "}";
}

std::string UserExport::stays(std::int64_t key) {
    Statement select(database_,
                     "SELECT joined_at, left_at FROM past_members WHERE conversation = ?1 AND user = ?2 "
                     "UNION ALL SELECT joined_at, NULL FROM members WHERE conversation = ?1 AND user = ?2");
    std::string list;
    auto rows = select.query(key, user_);
    while (rows.next()) {
        list += list.empty() ? "" : ",";
        list += "{\"joinedAt\":" + std::to_string(rows.integer(0)) +
                ",\"leftAt\":" + (rows.is_null(1) ? std::string("null") : std::to_string(rows.integer(1))) +
                "}";
    }
    return "[" + list + "]";
}

// at_.owner is the conversation that is being written, at_.offset what was written of it.
void UserExport::messages() {
    Statement select(database_, kConversations);
    while (!full()) {
        std::optional<std::int64_t> key;
        {
            auto rows = select.query(user_, at_.owner - (at_.offset > 0 ? 1 : 0), std::int64_t{1});
            if (rows.next()) key = rows.integer(0);
        }
        if (!key) return next_stage();
        if (*key != at_.owner) at_.offset = 0;
        at_.owner = *key;
        if (!messages_of(*key)) return;
        at_.offset = 0;
    }
}

bool UserExport::messages_of(std::int64_t key) {
    Statement stays(database_,
                    "SELECT joined_at, left_at FROM past_members WHERE conversation = ?1 AND user = ?2 "
                    "UNION ALL SELECT joined_at, NULL FROM members WHERE conversation = ?1 AND user = ?2");
    Statement walk(database_,
                   "SELECT l.offset, c.id, l.sequence, l.sender, e.envelope, EXISTS (SELECT 1 FROM hidden "
                   "WHERE user = ?4 AND offset = l.offset) FROM conversation_log l "
                   "CROSS JOIN entries e ON e.offset = l.offset "
                   "CROSS JOIN conversations c ON c.conversation = l.conversation "
                   "WHERE l.conversation = ?1 AND l.offset > ?2 AND l.offset <= ?3 ORDER BY l.offset");
    auto stay = stays.query(key, user_);
    while (stay.next()) {
        const std::int64_t until =
            stay.is_null(1) ? std::numeric_limits<std::int64_t>::max() : stay.integer(1);
        auto rows = walk.query(key, std::max(stay.integer(0), at_.offset), until, user_);
        while (rows.next()) {
            if (full()) return false;
            line(opened("message") + field("conversationId", json_string(rows.text(1))) +
                 field("offset", rows.integer(0)) + field("sequence", rows.integer(2)) +
                 field("sent", rows.integer(3) == user_ ? "true" : "false") +
                 field("hidden", rows.integer(5) != 0 ? "true" : "false") +
                 field("envelope", json_envelope(rows.blob(4))) + "}");
            at_.offset = rows.integer(0);
        }
    }
    return true;
}

void UserExport::inbox() {
    Statement walk(database_,
                   "SELECT g.log, l.offset, g.destination, e.envelope FROM logs g "
                   "CROSS JOIN log_entries l ON l.log = g.log CROSS JOIN entries e ON e.offset = l.offset "
                   "WHERE g.user = ?1 AND (g.log, l.offset) > (?2, ?3) ORDER BY g.log, l.offset");
    auto rows = walk.query(user_, at_.owner, at_.offset);
    while (rows.next()) {
        if (full()) return;
        line(opened("inbox") + field("destination", json_string(rows.text(2))) +
             field("offset", rows.integer(1)) + field("envelope", json_envelope(rows.blob(3))) + "}");
        at_.owner = rows.integer(0);
        at_.offset = rows.integer(1);
    }
    next_stage();
}

void UserExport::cursors() {
    Statement walk(database_,
                   "SELECT device, log, offset, updated_at FROM cursors WHERE user = ? "
                   "ORDER BY device, log LIMIT -1 OFFSET ?");
    auto rows = walk.query(user_, at_.offset);
    while (rows.next()) {
        if (full()) return;
        line(opened("cursor") + field("deviceId", json_string(rows.text(0))) +
             field("log", json_string(rows.text(1))) + field("offset", rows.integer(2)) +
             field("updatedAt", rows.integer(3)) + "}");
        ++at_.offset;
    }
    next_stage();
}

void UserExport::watermarks() {
    Statement walk(database_,
                   "SELECT c.conversation, c.id, w.delivered, w.read FROM (SELECT conversation FROM members "
                   "WHERE user = ?1 UNION SELECT conversation FROM past_members WHERE user = ?1) m "
                   "CROSS JOIN watermarks w ON w.conversation = m.conversation AND w.user = ?1 "
                   "CROSS JOIN conversations c ON c.conversation = m.conversation "
                   "WHERE m.conversation > ?2 ORDER BY m.conversation");
    auto rows = walk.query(user_, at_.owner);
    while (rows.next()) {
        if (full()) return;
        line(opened("watermark") + field("conversationId", json_string(rows.text(1))) +
             field("delivered", rows.integer(2)) + field("read", rows.integer(3)) + "}");
        at_.owner = rows.integer(0);
    }
    next_stage();
}

}  // namespace causeway::storage
