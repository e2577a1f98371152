// A read-only connection and the queries it answers, each in one short snapshot: never behind a
// writer, and never in the way of a checkpoint for longer than StoreOptions::longest_read. Every
// query is a seek into an index and a walk along it. Throws Error. One thread.
#pragma once

#include "storage/statement.hpp"
#include "storage/store.hpp"
#include "storage/store_options.hpp"

namespace causeway::storage {

class Reader {
public:
    explicit Reader(const StoreOptions& options);

    [[nodiscard]] LogPage page(const Log& log, Offset after, std::size_t limit);
    [[nodiscard]] LogState state(const Log& log, const std::string& device);
    [[nodiscard]] std::vector<std::string> memberships(const std::string& user);
    [[nodiscard]] std::vector<ConversationRow> conversations(const std::string& user);

private:
    // Offsets in (after, until] that a user may see.
    struct Stay {
        std::int64_t after;
        std::int64_t until;
    };
    [[nodiscard]] std::optional<std::int64_t> user_key(const std::string& name);
    // One row per stay, ascending, of a conversation; the whole log for the private view.
    [[nodiscard]] std::vector<Stay> stays(std::int64_t conversation, std::int64_t user);
    struct Source;
    [[nodiscard]] Source source_of(const Log& log);
    bool fill(LogPage& page, std::size_t limit, Source& source, Stay stay);

    const StoreOptions& options_;
    Database database_;
    Statement select_user_;
    Statement select_conversation_;
    Statement select_stays_;
    Statement page_of_conversation_;
    Statement page_of_private_;
    Statement ends_of_conversation_;
    Statement ends_of_private_;
    Statement select_meta_;
    Statement select_cursor_;
    Statement select_memberships_;
    Statement select_conversations_;
};

}  // namespace causeway::storage
