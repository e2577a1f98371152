// Up to where entries of a log may be missing, because retention, a log's bounds or an operator removed
// them: who asks for what lies below learns of a gap. Whoever removes entries raises the floor in the same
// transaction. One thread, as its Database.
#pragma once

#include <cstdint>

#include "broker/base/numbers.hpp"
#include "storage/statement.hpp"

namespace causeway::storage {

// What `owner` is in the table `floors`.
enum class FloorKind : std::int64_t {
    kConversation = 1,     // a conversation's key
    kPrivateMessages = 2,  // a user's key: his view over direct conversations
    kMessages = 3,         // a user's key: besides what 1 and 2 say of the parts of this view
    kOwnLog = 4,           // a log's key: an inbox queue, or a topic's history
};

class Floors {
public:
    // The last entry that was removed; zeroes: none was.
    struct Floor {
        std::int64_t offset = 0;
        std::int64_t sequence = 0;  // of a conversation
    };
    explicit Floors(Database& database);
    [[nodiscard]] Floor of(FloorKind kind, std::int64_t owner);

private:
    Statement select_;
};

// The writing side.
class FloorWriter {
public:
    explicit FloorWriter(Database& database);
    // Never lowers.
    void raise(FloorKind kind, std::int64_t owner, std::int64_t offset);

private:
    Statement upsert_;
};

}  // namespace causeway::storage
