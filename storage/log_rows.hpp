// The narrow tables that say which entries a log shows, all of them (owner, offset): walked in both
// directions from any offset, a seek each. One thread, as its Database.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "storage/statement.hpp"

namespace causeway::storage {

inline constexpr std::int64_t kForever = std::numeric_limits<std::int64_t>::max();

// Offsets in (after, until].
struct Span {
    std::int64_t after;
    std::int64_t until;
};

// Keeps what lies above `after`.
void cut(std::vector<Span>& spans, std::int64_t after);

enum class LogTable : std::uint8_t { kConversation, kPrivate, kOwn };

// A log, or a part of a view: what of it is to be seen.
struct LogSource {
    LogTable table;
    std::int64_t owner;         // conversation, user, or log
    std::vector<Span> spans;    // ascending; none: nothing is to be seen
    std::string destination{};  // of a log of its own
};

class LogRows {
public:
    explicit LogRows(Database& database);

    // Offsets within the span, ascending or descending, at most `limit` of them, put at the end of `into`.
    void forward(const LogSource& source, Span span, std::size_t limit, std::vector<std::int64_t>& into);
    void backward(const LogSource& source, Span span, std::size_t limit, std::vector<std::int64_t>& into);
    // The first and the last offset that the source shows; 0: it shows none.
    [[nodiscard]] std::int64_t first(const LogSource& source);
    [[nodiscard]] std::int64_t last(const LogSource& source);

private:
    struct Pair {
        Pair(Database& database, const std::string& table, const std::string& owner);
        Statement forward;
        Statement backward;
    };
    [[nodiscard]] Pair& pair_of(LogTable table);
    static void read(Statement& statement, std::int64_t owner, Span span, std::size_t limit,
                     std::vector<std::int64_t>& into);

    Pair conversation_;
    Pair private_;
    Pair own_;
};

}  // namespace causeway::storage
