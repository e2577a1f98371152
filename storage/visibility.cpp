#include "storage/visibility.hpp"

#include <algorithm>
#include <tuple>

#include "storage/stored_kind.hpp"

namespace causeway::storage {

struct Visibility::Stay {
    std::int64_t conversation;
    ConversationKind kind;
    Span span;
};

Visibility::Visibility(Database& database)
    : select_stays_(database,
                    "SELECT joined_at, left_at FROM past_members WHERE conversation = ?1 AND user = ?2 "
                    "UNION ALL SELECT joined_at, NULL FROM members WHERE conversation = ?1 AND user = ?2"),
      select_memberships_(database,
                          "SELECT m.conversation, c.kind, m.joined_at FROM members m "
                          "INDEXED BY members_by_user "
                          "CROSS JOIN conversations c ON c.conversation = m.conversation WHERE m.user = ?"),
      select_past_(database,
                   "SELECT p.conversation, c.kind, p.joined_at, p.left_at FROM past_members p "
                   "INDEXED BY past_members_by_user "
                   "CROSS JOIN conversations c ON c.conversation = p.conversation "
                   "WHERE p.user = ? AND p.left_at > ?"),
      select_wide_(database,
                   "SELECT wide_after, wide_until FROM wide_spans WHERE conversation = ? "
                   "ORDER BY wide_after") {}

std::vector<Span> Visibility::spans_of(std::int64_t conversation, std::int64_t user) {
    std::vector<Span> found;
    auto rows = select_stays_.query(conversation, user);
    while (rows.next()) found.push_back({rows.integer(0), rows.is_null(1) ? kForever : rows.integer(1)});
    return found;
}

std::vector<Visibility::Seen> Visibility::all_of(std::int64_t user, std::int64_t after) {
    std::vector<Seen> found;
    for (const Stay& stay : stays_of(user, after)) {
        if (found.empty() || found.back().conversation != stay.conversation)
            found.push_back({stay.conversation, stay.kind, {}});
        found.back().spans.push_back(stay.span);
    }
    return found;
}

// By conversation, then by time.
std::vector<Visibility::Stay> Visibility::stays_of(std::int64_t user, std::int64_t after) {
    std::vector<Stay> stays;
    {
        auto rows = select_memberships_.query(user);
        while (rows.next())
            stays.push_back({rows.integer(0), stored_kind(rows.text(1)), {rows.integer(2), kForever}});
    }
    auto rows = select_past_.query(user, after);
    while (rows.next())
        stays.push_back({rows.integer(0), stored_kind(rows.text(1)), {rows.integer(2), rows.integer(3)}});
    std::sort(stays.begin(), stays.end(), [](const Stay& a, const Stay& b) {
        return std::tie(a.conversation, a.span.after) < std::tie(b.conversation, b.span.after);
    });
    return stays;
}

void Visibility::take_out_wide(std::int64_t conversation, std::vector<Span>& spans) {
    auto rows = select_wide_.query(conversation);
    while (rows.next()) {
        const Span wide{rows.integer(0), rows.is_null(1) ? kForever : rows.integer(1)};
        std::vector<Span> left;
        for (const Span& span : spans) {
            const Span before{span.after, std::min(span.until, wide.after)};
            const Span behind{std::max(span.after, wide.until), span.until};
            if (before.after < before.until) left.push_back(before);
            if (behind.after < behind.until) left.push_back(behind);
        }
        spans = std::move(left);
    }
}

}  // namespace causeway::storage
