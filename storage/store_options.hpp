// How a store is opened. The defaults are those of PRODUCT sections 7 and 11.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "storage/committed.hpp"
#include "storage/database.hpp"

namespace causeway::storage {

// How long entries of a kind are kept, and how many bytes of envelopes; 0 = no bound.
struct Kept {
    std::chrono::milliseconds age{0};
    std::uint64_t bytes = 0;
};
struct RetentionRules {
    Kept direct;  // conversations …
    Kept group;
    Kept room;
    Kept inbox{std::chrono::hours(90 * 24), 0};  // … and logs of their own
    Kept topic;
    Kept queue;
};

struct StoreOptions {
    std::filesystem::path path;  // a directory, for this store alone
    Durability durability = Durability::kPower;

    std::size_t queue_limit = 65'536;    // requests waiting for a commit; the same for reads
    std::size_t batch_limit = 512;       // requests of one commit
    std::size_t entry_bytes = 16 << 20;  // of one envelope
    std::size_t page_bytes = 1 << 20;    // of one LogPage, its last entry aside
    std::size_t readers = 2;             // threads

    RetentionRules retention;
    // With less free space on the file system what would grow is refused, until there is twice as much; 0:
    // never.
    std::uint64_t min_free_bytes = 200ULL << 20;
    // Of write-ahead log, while a backup or a verification runs, which keep it from being emptied: beyond,
    // they are given up.
    std::uint64_t log_bytes_at_most = 1ULL << 30;

    std::chrono::milliseconds idempotency_kept{std::chrono::hours(24)};
    std::chrono::milliseconds cursors_kept{std::chrono::hours(90 * 24)};  // since anything touched one
    std::chrono::milliseconds longest_read{5'000};
    std::chrono::milliseconds reopen_after{100};      // after a failed commit; doubles up to …
    std::chrono::milliseconds reopen_at_most{1'000};  // … and so long commits must work to be trusted again

    int checkpoint_pages = 12'288;  // 48 MiB of log between checkpoints: hot pages are copied once
    int truncate_pages = 16'384;    // 64 MiB: from here on the log is emptied
    std::int64_t writer_cache_kib = 65'536;
    std::int64_t reader_cache_kib = 16'384;       // each
    std::uintmax_t checked_bytes = 512ULL << 20;  // a larger file is opened without the full check

    // Empty: there is no outbox.
    MakeOutboxEvent make_outbox_event;
    // Told on the store thread when commits begin to fail, with the reason, and when they work again.
    std::function<void(bool healthy, const std::string& reason)> on_health;

    [[nodiscard]] std::filesystem::path file() const { return path / "causeway.db"; }
};

}  // namespace causeway::storage
