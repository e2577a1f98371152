#include "tests/storage/power_loss_disk.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <new>

namespace causeway::storage {

namespace {

constexpr std::int64_t kSector = 512;
constexpr std::uint64_t kForever = std::numeric_limits<std::uint64_t>::max();

PowerLossDisk* disk = nullptr;    // the one that lives
sqlite3_vfs* real_vfs = nullptr;  // below it

// SQLite allocates these: the real file follows.
struct Handle {
    sqlite3_file base;
    std::string* path;
    bool sync_failed;
    [[nodiscard]] sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

Handle& handle(sqlite3_file* file) { return *reinterpret_cast<Handle*>(file); }
sqlite3_file* real(sqlite3_file* file) { return handle(file).real(); }

int on_close(sqlite3_file* file) {
    delete handle(file).path;
    return real(file)->pMethods->xClose(real(file));
}
int on_read(sqlite3_file* file, void* into, int size, sqlite3_int64 offset) {
    return real(file)->pMethods->xRead(real(file), into, size, offset);
}
int on_write(sqlite3_file* file, const void* from, int size, sqlite3_int64 offset) {
    if (!disk->on_write(*handle(file).path, offset, size)) return SQLITE_IOERR_WRITE;
    return real(file)->pMethods->xWrite(real(file), from, size, offset);
}
int on_truncate(sqlite3_file* file, sqlite3_int64 size) {
    if (!disk->on_truncate(*handle(file).path, size)) return SQLITE_IOERR_TRUNCATE;
    return real(file)->pMethods->xTruncate(real(file), size);
}
// The real file is never synced: what is durable is the disk's to say.
int on_sync(sqlite3_file* file, int) {
    const auto sync = disk->on_sync(*handle(file).path, handle(file).sync_failed);
    if (sync != PowerLossDisk::Sync::kDone) handle(file).sync_failed = true;
    return sync == PowerLossDisk::Sync::kDone ? SQLITE_OK : SQLITE_IOERR_FSYNC;
}
int on_size(sqlite3_file* file, sqlite3_int64* size) {
    return real(file)->pMethods->xFileSize(real(file), size);
}
int on_lock(sqlite3_file* file, int lock) { return real(file)->pMethods->xLock(real(file), lock); }
int on_unlock(sqlite3_file* file, int lock) { return real(file)->pMethods->xUnlock(real(file), lock); }
int on_check_lock(sqlite3_file* file, int* out) {
    return real(file)->pMethods->xCheckReservedLock(real(file), out);
}
int on_control(sqlite3_file* file, int what, void* argument) {
    return real(file)->pMethods->xFileControl(real(file), what, argument);
}
int on_sector_size(sqlite3_file*) { return static_cast<int>(kSector); }
int on_characteristics(sqlite3_file*) { return 0; }  // nothing is atomic, nothing is in order
int on_shm_map(sqlite3_file* file, int page, int size, int extend, void volatile** into) {
    return real(file)->pMethods->xShmMap(real(file), page, size, extend, into);
}
int on_shm_lock(sqlite3_file* file, int offset, int count, int flags) {
    return real(file)->pMethods->xShmLock(real(file), offset, count, flags);
}
void on_shm_barrier(sqlite3_file* file) { real(file)->pMethods->xShmBarrier(real(file)); }
int on_shm_unmap(sqlite3_file* file, int erase) { return real(file)->pMethods->xShmUnmap(real(file), erase); }

const sqlite3_io_methods kMethods{2,
                                  on_close,
                                  on_read,
                                  on_write,
                                  on_truncate,
                                  on_sync,
                                  on_size,
                                  on_lock,
                                  on_unlock,
                                  on_check_lock,
                                  on_control,
                                  on_sector_size,
                                  on_characteristics,
                                  on_shm_map,
                                  on_shm_lock,
                                  on_shm_barrier,
                                  on_shm_unmap,
                                  nullptr,
                                  nullptr};

int on_open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
    const int result = real_vfs->xOpen(real_vfs, name, real(file), flags, out_flags);
    if (result != SQLITE_OK) return result;
    handle(file).path = new std::string(name == nullptr ? "" : name);
    handle(file).sync_failed = false;
    file->pMethods = &kMethods;
    disk->on_open(*handle(file).path);
    return SQLITE_OK;
}

sqlite3_vfs& our_vfs() {
    static sqlite3_vfs vfs = [] {
        sqlite3_vfs copy = *real_vfs;
        copy.szOsFile += static_cast<int>(sizeof(Handle));
        copy.pNext = nullptr;
        copy.zName = "power-loss";
        copy.xOpen = on_open;
        return copy;
    }();
    return vfs;
}

}  // namespace

PowerLossDisk::PowerLossDisk(std::uint64_t seed)
    : random_(seed), power_until_(kForever), before_(sqlite3_vfs_find(nullptr)) {
    real_vfs = before_;
    disk = this;
    sqlite3_vfs_register(&our_vfs(), 1);
}

PowerLossDisk::~PowerLossDisk() {
    sqlite3_vfs_unregister(&our_vfs());
    sqlite3_vfs_register(before_, 1);
    disk = nullptr;
}

void PowerLossDisk::loses_power_after(std::uint64_t operations) {
    const std::lock_guard lock(mutex_);
    power_until_ = operations_ + operations;
}

void PowerLossDisk::fails_sync(std::uint64_t n) {
    const std::lock_guard lock(mutex_);
    failing_sync_ = syncs_ + n;
}

bool PowerLossDisk::has_power() const {
    const std::lock_guard lock(mutex_);
    return operations_ < power_until_;
}

std::uint64_t PowerLossDisk::operations() const {
    const std::lock_guard lock(mutex_);
    return operations_;
}

std::uint64_t PowerLossDisk::syncs() const {
    const std::lock_guard lock(mutex_);
    return syncs_;
}

bool PowerLossDisk::synced_after_failure() const {
    const std::lock_guard lock(mutex_);
    return synced_after_failure_;
}

bool PowerLossDisk::step() {
    if (operations_ >= power_until_) return false;
    return ++operations_ < power_until_;
}

std::string PowerLossDisk::content_of(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

// What is there when a file is first seen was there before the power was ever at risk.
void PowerLossDisk::on_open(const std::string& path) {
    const std::lock_guard lock(mutex_);
    if (!files_.contains(path)) files_[path].durable = content_of(path);
}

bool PowerLossDisk::on_write(const std::string& path, std::int64_t offset, std::int64_t size) {
    const std::lock_guard lock(mutex_);
    if (!step()) return false;
    File& file = files_[path];
    for (std::int64_t sector = offset / kSector; sector * kSector < offset + size; ++sector) {
        file.pending.insert(sector);
        file.lost.erase(sector);
    }
    return true;
}

bool PowerLossDisk::on_truncate(const std::string& path, std::int64_t size) {
    const std::lock_guard lock(mutex_);
    if (!step()) return false;
    File& file = files_[path];
    const auto until = static_cast<std::int64_t>(file.durable.size());
    for (std::int64_t sector = size / kSector; sector * kSector < until; ++sector)
        file.pending.insert(sector);
    return true;
}

// A sector as it is now becomes what survives; one that is cut off takes the file's end with it.
void PowerLossDisk::keep_sector(File& file, const std::string& now, std::int64_t sector) {
    const auto begin = static_cast<std::size_t>(sector * kSector);
    if (begin >= now.size()) {
        if (file.durable.size() > begin)
            std::fill(file.durable.begin() + sector * kSector, file.durable.end(), '\0');
        return;
    }
    const std::size_t size = std::min<std::size_t>(kSector, now.size() - begin);
    if (file.durable.size() < begin + size) file.durable.resize(begin + size, '\0');
    file.durable.replace(begin, size, now, begin, size);
}

PowerLossDisk::Sync PowerLossDisk::on_sync(const std::string& path, bool failed_before) {
    const std::lock_guard lock(mutex_);
    if (!step()) return Sync::kNoPower;
    if (failed_before) synced_after_failure_ = true;
    File& file = files_[path];
    if (++syncs_ == failing_sync_) {
        file.lost.merge(file.pending);
        file.pending.clear();
        return Sync::kFailed;
    }
    const std::string now = content_of(path);
    for (const std::int64_t sector : file.pending) keep_sector(file, now, sector);
    if (file.durable.size() > now.size()) file.durable.resize(now.size());
    file.pending.clear();
    return Sync::kDone;
}

// What was under way survives whole, in part or not at all.
void PowerLossDisk::comes_back() {
    const std::lock_guard lock(mutex_);
    for (auto& [path, file] : files_) {
        if (!std::filesystem::exists(path)) continue;
        const std::string now = content_of(path);
        const auto survive_in_four = random_() % 5;
        for (const std::int64_t sector : file.pending)
            if (random_() % 4 < survive_in_four) keep_sector(file, now, sector);
        file.pending.clear();
        file.lost.clear();
        std::ofstream(path, std::ios::binary | std::ios::trunc) << file.durable;
        std::error_code ignored;
        std::filesystem::remove(path + "-shm", ignored);  // it was memory
    }
    files_.clear();
    power_until_ = kForever;
    failing_sync_ = 0;
}

}  // namespace causeway::storage
