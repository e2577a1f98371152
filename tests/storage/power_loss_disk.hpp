// A disk that can lose its power: SQLite writes through it, and it knows of every sector whether it was
// synced. When the power goes, unsynced sectors are old or new as chance has it. A sync that fails has
// lost what it was to write, as Linux loses it: a later sync does not bring it back.
// While it lives it is SQLite's default file system. Any thread.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <string>

struct sqlite3_vfs;
struct sqlite3_file;

namespace causeway::storage {

class PowerLossDisk {
public:
    explicit PowerLossDisk(std::uint64_t seed);
    PowerLossDisk(const PowerLossDisk&) = delete;
    PowerLossDisk& operator=(const PowerLossDisk&) = delete;
    ~PowerLossDisk();

    // The power goes at the n-th write or sync from now: that one and all later ones fail.
    void loses_power_after(std::uint64_t operations);
    // The n-th sync from now fails, those after it do not.
    void fails_sync(std::uint64_t n);
    [[nodiscard]] bool has_power() const;
    // Everything is closed. Leaves in the files what survived, and has power again.
    void comes_back();

    [[nodiscard]] std::uint64_t operations() const;  // writes and syncs, ever
    [[nodiscard]] std::uint64_t syncs() const;
    // A file handle whose sync had failed was synced again.
    [[nodiscard]] bool synced_after_failure() const;

    // For the file system's methods: false, if there is no power any more.
    bool on_write(const std::string& path, std::int64_t offset, std::int64_t size);
    bool on_truncate(const std::string& path, std::int64_t size);
    enum class Sync : std::uint8_t { kDone, kFailed, kNoPower };
    Sync on_sync(const std::string& path, bool failed_before);
    void on_open(const std::string& path);

private:
    struct File {
        std::string durable;
        std::set<std::int64_t> pending;  // sectors written since the last sync
        std::set<std::int64_t> lost;     // sectors whose sync failed
    };
    bool step();
    static std::string content_of(const std::string& path);
    static void keep_sector(File& file, const std::string& now, std::int64_t sector);

    mutable std::mutex mutex_;  // guards all below
    std::mt19937_64 random_;
    std::map<std::string, File> files_;
    std::uint64_t operations_ = 0;
    std::uint64_t syncs_ = 0;
    std::uint64_t power_until_;
    std::uint64_t failing_sync_ = 0;
    bool synced_after_failure_ = false;
    sqlite3_vfs* before_;
};

}  // namespace causeway::storage
