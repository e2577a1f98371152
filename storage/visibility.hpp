// What a user may see of his conversations: the spans between joining and leaving and, where user queues are
// concerned, without those in which the group was too large for them. For reading. One thread, as its
// Database.
#pragma once

#include <cstdint>
#include <vector>

#include "storage/envelope.hpp"
#include "storage/log_rows.hpp"

namespace causeway::storage {

class Visibility {
public:
    struct Seen {
        std::int64_t conversation;
        ConversationKind kind;
        std::vector<Span> spans;  // ascending
    };
    explicit Visibility(Database& database);

    // Empty: he never was a member.
    [[nodiscard]] std::vector<Span> spans_of(std::int64_t conversation, std::int64_t user);
    // Every conversation that he is a member of, or was until after `after`.
    [[nodiscard]] std::vector<Seen> all_of(std::int64_t user, std::int64_t after);
    void take_out_wide(std::int64_t conversation, std::vector<Span>& spans);

private:
    struct Stay;
    [[nodiscard]] std::vector<Stay> stays_of(std::int64_t user, std::int64_t after);

    Statement select_stays_;
    Statement select_memberships_;
    Statement select_past_;
    Statement select_wide_;
};

}  // namespace causeway::storage
