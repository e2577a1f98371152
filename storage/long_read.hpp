// A reading connection for what may take minutes: a backup, a verification. Its snapshot keeps the
// write-ahead log from being emptied, so it is given up when that grows too large, and when the store closes.
// One thread.
#pragma once

#include <atomic>
#include <string>

#include "storage/store_options.hpp"

namespace causeway::storage {

class LongRead {
public:
    // Both outlive this object. Throws Error.
    LongRead(const StoreOptions& options, const std::atomic<bool>& stopping);

    [[nodiscard]] Database& database() { return database_; }
    // Throws Error when it is time to give up.
    void check() const;
    // What went wrong, in words: SQLite says only "interrupted" when this was given up.
    [[nodiscard]] std::string explain(const Error& error) const;

private:
    [[nodiscard]] std::string must_end() const;

    const StoreOptions& options_;
    const std::atomic<bool>& stopping_;
    Database database_;
};

}  // namespace causeway::storage
