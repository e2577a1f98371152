#include "storage/long_read.hpp"

namespace causeway::storage {

LongRead::LongRead(const StoreOptions& options, const std::atomic<bool>& stopping)
    : options_(options),
      stopping_(stopping),
      database_(options.file(), Access::kRead, options.durability, options.reader_cache_kib) {
    database_.interrupt_when([this] { return !must_end().empty(); });
}

std::string LongRead::must_end() const {
    if (stopping_.load(std::memory_order_relaxed)) return "the store is being closed";
    std::error_code missing;
    const auto bytes = std::filesystem::file_size(options_.file().string() + "-wal", missing);
    if (missing || bytes <= options_.log_bytes_at_most) return {};
    return "the write-ahead log grew to " + std::to_string(bytes >> 20) +
           " MiB meanwhile; try again when less is being written";
}

void LongRead::check() const {
    const std::string why = must_end();
    if (!why.empty()) throw Error("read", database_.path(), why, 0);
}

std::string LongRead::explain(const Error& error) const {
    const std::string why = must_end();
    return why.empty() ? error.what() : why;
}

}  // namespace causeway::storage
