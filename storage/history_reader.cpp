#include "storage/history_reader.hpp"

#include <algorithm>

namespace causeway::storage {

namespace {

std::int64_t bounded(std::uint64_t number) {
    return static_cast<std::int64_t>(std::min(number, static_cast<std::uint64_t>(kForever)));
}

}  // namespace

HistoryPage HistoryReader::read(const HistoryQuery& query) {
    HistoryPage page;
    const auto user = query.user.empty() ? std::nullopt : tables_.names.user(query.user);
    auto source = source_of(query, user);
    if (!source) return page;
    page.known = true;
    const Span within = asked(query, *source);
    cut(source->spans, within.after);
    for (Span& span : source->spans) span.until = std::min(span.until, within.until);
    std::erase_if(source->spans, [](const Span& span) { return span.until <= span.after; });

    const PageLimits limits{std::max<std::size_t>(query.limit, 1), tables_.page_bytes};
    tables_.entries.read_for(user);
    if (query.after) {
        MergedLog log(tables_.rows, {*source}, limits.entries);
        page.more = !tables_.entries.fill(page.entries, log, limits);
    } else {
        page.more = !tables_.entries.fill_backwards(page.entries, tables_.rows, *source, limits);
    }
    return page;
}

std::optional<LogSource> HistoryReader::source_of(const HistoryQuery& query,
                                                  std::optional<std::int64_t> user) {
    const bool operates = query.user.empty();
    if (!operates && !user) return std::nullopt;
    if (!query.destination.empty()) {
        const auto log = tables_.names.log(query.destination);
        if (!log || !(operates || log->user == *user)) return std::nullopt;
        return LogSource{LogTable::kOwn, log->log, {{0, kForever}}, log->destination};
    }
    const auto conversation = tables_.names.conversation(query.conversation);
    if (!conversation) return std::nullopt;
    LogSource source{LogTable::kConversation, conversation->key, {{0, kForever}}};
    if (!operates) source.spans = tables_.visibility.spans_of(conversation->key, *user);
    if (source.spans.empty()) return std::nullopt;
    return source;
}

Span HistoryReader::asked(const HistoryQuery& query, const LogSource& source) {
    Span span{0, kForever};
    const bool by_sequence = source.table == LogTable::kConversation;
    const auto up_to = [&](std::int64_t number) {
        if (!by_sequence) return number;
        const auto place = tables_.search.at_or_before(source.owner, number);
        return place ? place->offset : 0;
    };
    if (query.after) span.after = up_to(bounded(*query.after));
    if (query.before) span.until = up_to(bounded(std::max<std::uint64_t>(*query.before, 1)) - 1);
    return span;
}

}  // namespace causeway::storage
