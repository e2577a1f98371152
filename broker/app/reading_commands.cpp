// history and unread: what is stored, read once.
#include <algorithm>

#include "broker/app/answers.hpp"
#include "broker/app/entry_json.hpp"
#include "broker/app/fields.hpp"
#include "broker/app/handlers.hpp"
#include "broker/app/json_text.hpp"
#include "broker/app/row_parts.hpp"

namespace causeway::app {

namespace {

using nlohmann::json;

constexpr std::int64_t kDefaultPage = 50;
// A reply must fit into a session's outgoing queue beside what is live.
constexpr std::size_t kReplyBytes = 512 << 10;

std::optional<std::uint64_t> read_place(Fields& fields, std::string_view name) {
    if (!fields.has(name)) return std::nullopt;
    return fields.place(name);
}

storage::HistoryQuery read_query(Fields& fields, const CommandLimits& limits) {
    storage::HistoryQuery query;
    query.conversation = fields.conversation_id("conversationId", limits.id_bytes);
    query.before = read_place(fields, "before");
    query.after = read_place(fields, "after");
    if (query.before && query.after) fields.refuse("after", "before and after exclude each other");
    query.limit = fields.page_size("limit", kDefaultPage, limits.history_page);
    return query;
}

// What does not fit is left out at the end that is farther from where the client asked.
std::string history_body(const std::string& conversation, bool forward, const storage::HistoryPage& page) {
    std::vector<std::string> messages;
    std::size_t bytes = 0;
    bool more = page.more;
    const auto add = [&](const storage::LogEntry& entry) {
        std::string message = entry_json(entry);
        if (!messages.empty() && bytes + message.size() > kReplyBytes) return false;
        bytes += message.size() + 1;
        if (!message.empty()) messages.push_back(std::move(message));
        return true;
    };
    if (forward) {
        if (!std::all_of(page.entries.begin(), page.entries.end(), add)) more = true;
    } else {
        if (!std::all_of(page.entries.rbegin(), page.entries.rend(), add)) more = true;
        std::reverse(messages.begin(), messages.end());
    }
    std::string out = R"({"conversationId":)";
    out.reserve(bytes + 256);
    append_json_string(out, conversation);
    out += R"(,"messages":[)";
    for (std::size_t i = 0; i < messages.size(); ++i) {
        if (i > 0) out += ',';
        out += messages[i];
    }
    out += more ? R"(],"more":true})" : R"(],"more":false})";
    return out;
}

std::string unread_body(std::span<const storage::UnreadRow> rows, std::uint64_t total, bool more) {
    json list = json::array();
    for (const auto& row : rows)
        list.push_back({{"conversationId", row.conversation},
                        {"type", row.kind},
                        {"lastSequence", value(row.last)},
                        {"readSequence", value(row.read)},
                        {"unread", row.unread}});
    const json body{{"total", total}, {"conversations", std::move(list)}, {"more", more}};
    return body.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace

void history(Services& services, const Command& command, OnOutcome on_outcome) {
    Fields fields = read_fields(services, command);
    storage::HistoryQuery query = read_query(fields, services.limits);
    if (fields.fault()) return on_outcome(*fields.fault());
    query.user = command.caller.identity.user;

    const bool forward = query.after.has_value();
    std::string conversation = query.conversation;
    services.store.read_history(
        std::move(query),
        on_read<storage::HistoryPage>(
            services, "the history", std::move(on_outcome),
            [conversation, forward, stamp = ReplyStamp(services)](const auto& page) -> Outcome {
                if (!page.known)
                    return Refusal{ErrorCode::kPermissionDenied,
                                   "no such conversation, or you are not a member of it", "conversationId"};
                return Done{
                    {}, stamp.reply("/user/queue/history", history_body(conversation, forward, page)), {}};
            }));
}

void unread(Services& services, const Command& command, OnOutcome on_outcome) {
    using Rows = std::vector<storage::UnreadRow>;
    services.store.read_unread(
        command.caller.identity.user,
        on_read<Rows>(services, "the unread counts", std::move(on_outcome),
                      [&services, stamp = ReplyStamp(services)](Rows& rows) {
                          std::uint64_t total = 0;
                          for (const auto& row : rows) total += row.unread;
                          return row_part(services, stamp, "/user/queue/unread",
                                          std::make_shared<const Rows>(std::move(rows)),
                                          [total](std::span<const storage::UnreadRow> part, bool more) {
                                              return unread_body(part, total, more);
                                          });
                      }));
}

}  // namespace causeway::app
