#include "storage/merged_log.hpp"

#include <algorithm>

namespace causeway::storage {

namespace {

constexpr std::size_t kAheadAtLeast = 4;
constexpr std::size_t kAheadAtMost = 1024;

}  // namespace

MergedLog::MergedLog(LogRows& rows, std::vector<LogSource> sources, std::size_t wanted)
    : rows_(rows),
      sources_(std::move(sources)),
      ahead_(sources_.size()),
      at_once_(
          std::clamp(wanted / std::max<std::size_t>(sources_.size(), 1) + 1, kAheadAtLeast, kAheadAtMost)) {
    for (std::size_t i = 0; i < sources_.size(); ++i) put_head(i);
}

std::optional<MergedLog::Row> MergedLog::next() {
    if (heads_.empty()) return std::nullopt;
    const Head head = heads_.top();
    heads_.pop();
    put_head(head.source);
    return Row{head.offset, &sources_[head.source]};
}

void MergedLog::put_head(std::size_t source) {
    Ahead& ahead = ahead_[source];
    if (ahead.taken == ahead.offsets.size()) read_ahead(sources_[source], ahead);
    if (ahead.taken < ahead.offsets.size()) heads_.push({ahead.offsets[ahead.taken++], source});
}

void MergedLog::read_ahead(LogSource& source, Ahead& ahead) {
    ahead.offsets.clear();
    ahead.taken = 0;
    while (ahead.offsets.empty() && ahead.span < source.spans.size()) {
        Span& span = source.spans[ahead.span];
        rows_.forward(source, span, at_once_, ahead.offsets);
        if (ahead.offsets.size() < at_once_)
            ++ahead.span;
        else
            span.after = ahead.offsets.back();
    }
}

}  // namespace causeway::storage
