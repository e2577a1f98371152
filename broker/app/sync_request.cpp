#include "broker/app/sync_request.hpp"

#include "broker/app/iso_time.hpp"
#include "broker/app/names.hpp"

namespace causeway::app {

namespace {

using nlohmann::json;
using Cursor = storage::SyncQuery::Cursor;

constexpr std::int64_t kDefaultPage = 100;

void add_cursor(Fields& fields, const std::string& conversation, const json* sequence,
                const CommandLimits& limits, std::vector<Cursor>& cursors) {
    if (!is_conversation_id(conversation, limits.id_bytes))
        return fields.refuse("cursors", "cursors: \"" + conversation.substr(0, limits.id_bytes) +
                                            "\" cannot be the id of a conversation");
    const auto number = sequence == nullptr ? std::nullopt : integer_of(*sequence);
    if (!number || *number < 0)
        return fields.refuse("cursors", "cursors: the sequence of " + conversation + " must be 0 or more");
    cursors.push_back({conversation, Sequence{static_cast<std::uint64_t>(*number)}});
}

void add_cursor(Fields& fields, const json& item, const CommandLimits& limits, std::vector<Cursor>& cursors) {
    const json* id = nullptr;
    const json* sequence = nullptr;
    if (item.is_object()) {
        if (const auto found = item.find("conversationId"); found != item.end()) id = &*found;
        if (const auto found = item.find("sequence"); found != item.end()) sequence = &*found;
    }
    if (id == nullptr || !id->is_string())
        return fields.refuse("cursors", "cursors must hold objects with conversationId and sequence");
    add_cursor(fields, id->get_ref<const std::string&>(), sequence, limits, cursors);
}

std::vector<Cursor> read_cursors(Fields& fields, const CommandLimits& limits) {
    std::vector<Cursor> cursors;
    const json* given = fields.find("cursors");
    if (given == nullptr) return cursors;
    if (!given->is_structured()) {
        fields.refuse("cursors", "cursors must be an object or an array");
        return cursors;
    }
    if (given->size() > limits.cursors) {
        fields.refuse("cursors", "more than " + std::to_string(limits.cursors) + " cursors");
        return cursors;
    }
    cursors.reserve(given->size());
    if (given->is_array())
        for (const json& item : *given) add_cursor(fields, item, limits, cursors);
    else
        for (const auto& item : given->items())
            add_cursor(fields, item.key(), &item.value(), limits, cursors);
    return cursors;
}

std::optional<std::int64_t> read_time(Fields& fields, std::string_view name) {
    const json* value = fields.find(name);
    if (value == nullptr) return std::nullopt;
    if (!value->is_string()) return fields.integer(name, 0);
    const auto time = parse_iso_time(value->get_ref<const std::string&>());
    if (!time)
        fields.refuse(name, std::string(name) + " must be milliseconds since 1970 or an ISO 8601 time");
    return time;
}

}  // namespace

SyncRequest read_sync_request(Fields& fields, const CommandLimits& limits) {
    SyncRequest request;
    auto& query = request.query;
    query.cursors = read_cursors(fields, limits);
    query.since = read_time(fields, "lastSyncTime");
    query.after = Offset{fields.place("after")};
    query.limit = fields.page_size("limit", kDefaultPage, limits.sync_page);
    request.epoch = fields.name("epoch", limits.id_bytes);
    if (query.since && fields.has("after"))
        fields.refuse("lastSyncTime", "after and lastSyncTime exclude each other");
    if (!query.since && !fields.has("after") && !fields.has("cursors"))
        fields.refuse("after", "cursors, after or lastSyncTime must say from where; after:0 is everything");
    return request;
}

}  // namespace causeway::app
