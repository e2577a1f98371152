// How many entries there are of each kind and how many bytes their envelopes have: kept in memory,
// written with the commit that changed it. What retention and operators go by. Store thread only; forget it
// after a failed commit.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "storage/committed.hpp"
#include "storage/statement.hpp"

namespace causeway::storage {

// What retention has rules for.
enum class UsageKind : std::uint8_t { kDirect, kGroup, kRoom, kInbox, kTopic, kQueue };
inline constexpr std::size_t kUsageKinds = 6;
// As the table `usage` has it; in the order of UsageKind.
inline constexpr std::array<std::string_view, kUsageKinds> kUsageKindNames{"direct", "group", "room",
                                                                           "inbox",  "topic", "queue"};

[[nodiscard]] UsageKind usage_kind(ConversationKind kind);
[[nodiscard]] UsageKind usage_kind(const CommittedEntry& entry);

class Usage {
public:
    struct Row {
        std::uint64_t entries = 0;
        std::uint64_t bytes = 0;
        Offset swept_to{};  // retention has looked at every entry up to here
    };

    explicit Usage(Database& database);

    void added(UsageKind kind, std::size_t bytes);
    void removed(UsageKind kind, std::size_t bytes);
    // An envelope was replaced by another one.
    void resized(UsageKind kind, std::size_t before, std::size_t after);
    void swept(UsageKind kind, Offset to);
    [[nodiscard]] const Row& of(UsageKind kind) const { return rows_[static_cast<std::size_t>(kind)]; }

    // Before each commit; writes what has changed.
    void save();

    using Rows = std::array<Row, kUsageKinds>;
    [[nodiscard]] const Rows& rows() const { return rows_; }
    // What was counted since is not true.
    void put_back(const Rows& rows) { rows_ = rows; }

private:
    Row& change(UsageKind kind);

    Rows rows_;
    std::array<bool, kUsageKinds> dirty_{};
    Statement update_;
};

}  // namespace causeway::storage
