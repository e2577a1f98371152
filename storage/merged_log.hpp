// Several logs read as one, in the order of offsets: a view over a user's conversations costs one seek for
// each of them and then one for each few entries, however large the logs are. Lives within one snapshot.
#pragma once

#include <cstdint>
#include <optional>
#include <queue>
#include <vector>

#include "storage/log_rows.hpp"

namespace causeway::storage {

class MergedLog {
public:
    struct Row {
        std::int64_t offset;
        const LogSource* source;  // good as long as the MergedLog
    };
    // `wanted`: about how many rows will be asked for. `rows` outlives this object.
    MergedLog(LogRows& rows, std::vector<LogSource> sources, std::size_t wanted);
    MergedLog(const MergedLog&) = delete;
    MergedLog& operator=(const MergedLog&) = delete;

    // The next row, with an offset above all before; nothing: that was all.
    [[nodiscard]] std::optional<Row> next();

private:
    // What was read ahead of a source.
    struct Ahead {
        std::vector<std::int64_t> offsets;
        std::size_t taken = 0;
        std::size_t span = 0;
    };
    struct Head {
        std::int64_t offset;
        std::size_t source;
        bool operator>(const Head& other) const { return offset > other.offset; }
    };
    void put_head(std::size_t source);
    void read_ahead(LogSource& source, Ahead& ahead);

    LogRows& rows_;
    std::vector<LogSource> sources_;
    std::vector<Ahead> ahead_;
    std::size_t at_once_;
    std::priority_queue<Head, std::vector<Head>, std::greater<>> heads_;
};

}  // namespace causeway::storage
