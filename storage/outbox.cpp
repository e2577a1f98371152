#include "storage/outbox.hpp"

#include <algorithm>
#include <string>

namespace causeway::storage {

Outbox::Outbox(Database& database, EntryLog& entries, const Clock& clock, const MakeOutboxEvent& make_event)
    : entries_(entries),
      clock_(clock),
      make_event_(make_event),
      insert_(database,
              "INSERT INTO outbox (id, subject, msg_id, payload, created_at) VALUES (?, ?, ?, ?, ?)"),
      select_between_(database, "SELECT id FROM outbox WHERE id BETWEEN ? AND ? ORDER BY id LIMIT ?"),
      delete_between_(database, "DELETE FROM outbox WHERE id BETWEEN ? AND ?"),
      select_oldest_(database, "SELECT created_at FROM outbox ORDER BY id LIMIT 1") {
    Statement count(database, "SELECT count(*), max(id) FROM outbox");
    auto rows = count.query();
    if (!rows.next()) return;
    state_.waiting = rows.number(0);
    state_.last_id = rows.number(1);
}

void Outbox::add(const Committed& committed) {
    if (!make_event_) return;
    const auto event = make_event_(committed);
    if (!event) return;
    state_.last_id = id_for(committed);
    insert_.run(state_.last_id, std::string_view(event->subject), std::string_view(event->msg_id),
                Blob{event->payload}, to_ms(clock_.wall()));
    ++state_.waiting;
}

// What was told before an entry of the same request may have taken a later number than the entry has.
std::uint64_t Outbox::id_for(const Committed& committed) {
    const auto* entry = std::get_if<CommittedEntry>(&committed);
    if (entry != nullptr && value(entry->offset) > state_.last_id) return value(entry->offset);
    return value(entries_.take_number());
}

bool Outbox::settle(const SettleOutbox& request) {
    std::vector<std::uint64_t> ids = request.ids;
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    const std::uint64_t before = state_.waiting;
    const auto remove = [this](std::uint64_t from, std::uint64_t to) {
        delete_between_.run(from, to);
        state_.waiting -=
            std::min<std::uint64_t>(state_.waiting, static_cast<std::uint64_t>(delete_between_.changes()));
    };
    if (ids.empty()) return false;
    if (only_these_between(ids)) {
        remove(ids.front(), ids.back());
    } else {
        for (const std::uint64_t id : ids) remove(id, id);
    }
    return state_.waiting != before;
}

// Sent in order and acknowledged in order: the usual case, and one walk.
bool Outbox::only_these_between(const std::vector<std::uint64_t>& ids) {
    auto rows = select_between_.query(ids.front(), ids.back(), ids.size() + 1);
    while (rows.next())
        if (!std::binary_search(ids.begin(), ids.end(), rows.number(0))) return false;
    return true;
}

std::int64_t Outbox::oldest_at() {
    if (state_.waiting == 0) return 0;
    auto rows = select_oldest_.query();
    return rows.next() ? rows.integer(0) : 0;
}

std::vector<OutboxEvent> outbox_page(Database& database, std::uint64_t after, std::size_t limit,
                                     std::size_t bytes) {
    Transaction snapshot(database, Access::kRead);
    Statement select(database,
                     "SELECT id, subject, msg_id, payload, created_at FROM outbox WHERE id > ? "
                     "ORDER BY id LIMIT ?");
    std::vector<OutboxEvent> events;
    std::size_t held = 0;
    auto rows = select.query(after, limit);
    while (held < bytes && rows.next()) {
        events.push_back({rows.number(0), std::string(rows.text(1)), std::string(rows.text(2)),
                          std::string(rows.blob(3)), rows.integer(4)});
        held += events.back().payload.size() + events.back().subject.size();
    }
    return events;
}

}  // namespace causeway::storage
