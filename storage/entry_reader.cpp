#include "storage/entry_reader.hpp"

#include <algorithm>

namespace causeway::storage {

namespace {

constexpr std::size_t kRowsAtOnce = 256;

}  // namespace

struct EntryReader::Page {
    std::vector<LogEntry>& entries;
    const PageLimits limits;
    std::size_t bytes = 0;

    // False: it was full already.
    bool take(LogEntry entry, const std::string& destination) {
        if (entries.size() >= limits.entries || bytes >= limits.bytes) return false;
        bytes += entry.protobuf.size();
        entry.destination = destination;
        entries.push_back(std::move(entry));
        return true;
    }
};

EntryReader::EntryReader(Database& database)
    : select_(database, "SELECT sequence, envelope FROM entries WHERE offset = ?"),
      select_any_hidden_(database, "SELECT 1 FROM hidden WHERE user = ? LIMIT 1"),
      select_hidden_(database, "SELECT 1 FROM hidden WHERE user = ? AND offset = ?") {}

void EntryReader::read_for(std::optional<std::int64_t> user) {
    hides_from_.reset();
    if (!user) return;
    auto rows = select_any_hidden_.query(*user);
    if (rows.next()) hides_from_ = user;
}

bool EntryReader::hidden(std::int64_t offset) {
    if (!hides_from_) return false;
    auto rows = select_hidden_.query(*hides_from_, offset);
    return rows.next();
}

std::optional<LogEntry> EntryReader::read(std::int64_t offset) {
    if (hidden(offset)) return std::nullopt;
    auto rows = select_.query(offset);
    if (!rows.next()) return std::nullopt;
    return LogEntry{
        Offset{static_cast<std::uint64_t>(offset)}, Sequence{rows.number(0)}, std::string(rows.blob(1)), {}};
}

bool EntryReader::fill(std::vector<LogEntry>& page, MergedLog& log, PageLimits limits) {
    Page filled{page, limits};
    while (const auto row = log.next()) {
        auto entry = read(row->offset);
        if (entry && !filled.take(*std::move(entry), row->source->destination)) return false;
    }
    return true;
}

bool EntryReader::fill_backwards(std::vector<LogEntry>& page, LogRows& rows, const LogSource& source,
                                 PageLimits limits) {
    Page filled{page, limits};
    bool full = false;
    for (auto span = source.spans.rbegin(); span != source.spans.rend() && !full; ++span) {
        std::vector<std::int64_t> offsets;
        for (std::int64_t until = span->until; !full; until = offsets.back() - 1) {
            offsets.clear();
            rows.backward(source, {span->after, until}, std::min(limits.entries + 1, kRowsAtOnce), offsets);
            if (offsets.empty()) break;
            for (auto offset = offsets.begin(); offset != offsets.end() && !full; ++offset)
                if (auto entry = read(*offset)) full = !filled.take(*std::move(entry), source.destination);
        }
    }
    std::reverse(page.begin(), page.end());
    return !full;
}

}  // namespace causeway::storage
