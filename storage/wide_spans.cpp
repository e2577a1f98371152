#include "storage/wide_spans.hpp"

namespace causeway::storage {

WideSpans::WideSpans(Database& database)
    : reopen_(database,
              "UPDATE wide_spans SET wide_until = NULL WHERE conversation = ?1 AND wide_until = ?2 AND "
              "wide_after = (SELECT max(wide_after) FROM wide_spans WHERE conversation = ?1)"),
      insert_(database, "INSERT INTO wide_spans (conversation, wide_after, wide_until) VALUES (?, ?, NULL)"),
      delete_empty_(database, "DELETE FROM wide_spans WHERE conversation = ? AND wide_after = ?"),
      close_(database,
             "UPDATE wide_spans SET wide_until = ?2 WHERE conversation = ?1 AND wide_until IS NULL") {}

// Narrow while nothing was said: one span.
void WideSpans::begin(std::int64_t conversation, std::int64_t now) {
    reopen_.run(conversation, now);
    if (reopen_.changes() == 0) insert_.run(conversation, now);
}

void WideSpans::end(std::int64_t conversation, std::int64_t now) {
    delete_empty_.run(conversation, now);
    if (delete_empty_.changes() == 0) close_.run(conversation, now);
}

}  // namespace causeway::storage
