// What operators and the outbox's sender need of a store: to look into it, copy it, check it.
// Threads as in store.hpp; what is written is submitted there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "storage/committed.hpp"
#include "storage/queries.hpp"

namespace causeway::storage {

struct StoreFigures {
    std::uint64_t queued = 0;  // requests that wait for a commit
    std::uint64_t file_bytes = 0;
    std::uint64_t wal_bytes = 0;
    std::uint64_t free_bytes = 0;  // of the file system
    std::uint64_t outbox = 0;      // events that wait
    std::int64_t outbox_oldest_at =
        0;  // when the first of them was made, milliseconds since 1970; 0: none waits
    std::uint64_t entries_expired = 0;  // by retention, since the start
    std::uint64_t commits_failed = 0;
    std::uint64_t refused = 0;  // requests, because commits fail or space is short
};

struct Verified {
    std::vector<std::string> faults;  // empty: sound
    std::uint64_t entries = 0;
    std::uint64_t conversations = 0;
};

inline constexpr std::size_t kMostCursors = 100'000;

// A slice of what is known of a user, as JSON lines in the order of `kind` and id.
struct ExportPage {
    std::string json_lines;
    std::string next;  // where the next slice begins; empty: that was all
};

class StoreCare {
public:
    StoreCare() = default;
    StoreCare(const StoreCare&) = delete;
    StoreCare& operator=(const StoreCare&) = delete;
    virtual ~StoreCare() = default;

    // `user` empty: of all users, at most kMostCursors of them.
    virtual void read_cursors(std::string user, OnRead<std::vector<CursorRow>> on_read) = 0;
    // Events with an id above `after`, ascending.
    virtual void read_outbox(std::uint64_t after, std::size_t limit,
                             OnRead<std::vector<OutboxEvent>> on_read) = 0;
    virtual void read_export(std::string user, std::string from, OnRead<ExportPage> on_read) = 0;
    // The whole file: structure, indexes, and that numbers and logs agree with the entries.
    virtual void verify(OnRead<Verified> on_read) = 0;
    // A copy while the store works, with an epoch of its own, 0600, that appears under its name when it is
    // complete. Refused (ReadFailed) if the file exists. Answers with its size in bytes.
    virtual void backup(std::filesystem::path to, OnRead<std::uint64_t> on_read) = 0;
    // Any thread; at most a second old.
    [[nodiscard]] virtual StoreFigures figures() const = 0;
};

}  // namespace causeway::storage
