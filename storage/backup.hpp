// A copy of the store's file while the store works. Refuses to overwrite anything, and leaves nothing behind
// when it fails.
#pragma once

#include <cstdint>
#include <filesystem>

#include "storage/long_read.hpp"

namespace causeway::storage {

// Copies one snapshot to `to`, which appears under that name (0600, synced, one file, an epoch of its
// own) when it is complete; `to` with ".part" appended is used meanwhile. Returns its size in bytes. Throws
// Error: `to` exists, too little space, given up.
[[nodiscard]] std::uint64_t back_up(LongRead& read, const std::filesystem::path& to, std::uint64_t min_free);

}  // namespace causeway::storage
