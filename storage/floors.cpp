#include "storage/floors.hpp"

namespace causeway::storage {

Floors::Floors(Database& database)
    : select_(database, "SELECT offset, sequence FROM floors WHERE kind = ? AND owner = ?") {}

Floors::Floor Floors::of(FloorKind kind, std::int64_t owner) {
    auto rows = select_.query(static_cast<std::int64_t>(kind), owner);
    if (!rows.next()) return {};
    return {rows.integer(0), rows.integer(1)};
}

FloorWriter::FloorWriter(Database& database)
    : upsert_(database,
              "INSERT INTO floors (kind, owner, offset) VALUES (?, ?, ?) "
              "ON CONFLICT DO UPDATE SET offset = excluded.offset WHERE excluded.offset > offset") {}

void FloorWriter::raise(FloorKind kind, std::int64_t owner, std::int64_t offset) {
    upsert_.run(static_cast<std::int64_t>(kind), owner, offset);
}

}  // namespace causeway::storage
