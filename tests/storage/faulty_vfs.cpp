#include "tests/storage/faulty_vfs.hpp"

#include <sqlite3.h>

#include <mutex>
#include <new>

namespace causeway::storage {

namespace {

// Before SQLite's own file, which has the rest of the memory.
struct File {
    sqlite3_file base;
    sqlite3_io_methods methods;
    std::string path;
    int handle;

    [[nodiscard]] sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

std::mutex g_mutex;
FaultyVfs::Hook g_hook;  // guarded by g_mutex
int g_handles = 0;       // guarded by g_mutex
sqlite3_vfs* g_real = nullptr;
sqlite3_vfs g_faulty;

File& file_of(sqlite3_file* file) { return *reinterpret_cast<File*>(file); }

int asked(File& file, FaultyVfs::Operation operation) {
    const std::lock_guard lock(g_mutex);
    return g_hook ? g_hook({operation, file.path, file.handle}) : SQLITE_OK;
}

sqlite3_file* real(sqlite3_file* file) { return file_of(file).real(); }
const sqlite3_io_methods& methods(sqlite3_file* file) { return *real(file)->pMethods; }

int close(sqlite3_file* file) {
    const int result = methods(file).xClose(real(file));
    file_of(file).~File();
    return result;
}
int write(sqlite3_file* file, const void* bytes, int count, sqlite3_int64 at) {
    const int fault = asked(file_of(file), FaultyVfs::Operation::kWrite);
    return fault != SQLITE_OK ? fault : methods(file).xWrite(real(file), bytes, count, at);
}
int sync(sqlite3_file* file, int flags) {
    const int fault = asked(file_of(file), FaultyVfs::Operation::kSync);
    return fault != SQLITE_OK ? fault : methods(file).xSync(real(file), flags);
}

void pass_the_rest_on(sqlite3_io_methods& to) {
    to.xRead = [](sqlite3_file* f, void* b, int n, sqlite3_int64 at) {
        return methods(f).xRead(real(f), b, n, at);
    };
    to.xTruncate = [](sqlite3_file* f, sqlite3_int64 size) { return methods(f).xTruncate(real(f), size); };
    to.xFileSize = [](sqlite3_file* f, sqlite3_int64* size) { return methods(f).xFileSize(real(f), size); };
    to.xLock = [](sqlite3_file* f, int level) { return methods(f).xLock(real(f), level); };
    to.xUnlock = [](sqlite3_file* f, int level) { return methods(f).xUnlock(real(f), level); };
    to.xCheckReservedLock = [](sqlite3_file* f, int* out) {
        return methods(f).xCheckReservedLock(real(f), out);
    };
    to.xFileControl = [](sqlite3_file* f, int op, void* arg) {
        return methods(f).xFileControl(real(f), op, arg);
    };
    to.xSectorSize = [](sqlite3_file* f) { return methods(f).xSectorSize(real(f)); };
    to.xDeviceCharacteristics = [](sqlite3_file* f) { return methods(f).xDeviceCharacteristics(real(f)); };
    to.xShmMap = [](sqlite3_file* f, int page, int size, int extend, void volatile** out) {
        return methods(f).xShmMap(real(f), page, size, extend, out);
    };
    to.xShmLock = [](sqlite3_file* f, int at, int n, int flags) {
        return methods(f).xShmLock(real(f), at, n, flags);
    };
    to.xShmBarrier = [](sqlite3_file* f) { methods(f).xShmBarrier(real(f)); };
    to.xShmUnmap = [](sqlite3_file* f, int drop) { return methods(f).xShmUnmap(real(f), drop); };
}

int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
    File& made = *new (file) File{};
    const int result = g_real->xOpen(g_real, name, made.real(), flags, out_flags);
    if (made.real()->pMethods == nullptr) {
        made.~File();
        file->pMethods = nullptr;
        return result;
    }
    made.path = name != nullptr ? name : "";
    {
        const std::lock_guard lock(g_mutex);
        made.handle = ++g_handles;
    }
    made.methods.iVersion = 2;  // no memory maps
    made.methods.xClose = close;
    made.methods.xWrite = write;
    made.methods.xSync = sync;
    pass_the_rest_on(made.methods);
    file->pMethods = &made.methods;
    return result;
}

}  // namespace

FaultyVfs::FaultyVfs() {
    g_real = sqlite3_vfs_find(nullptr);
    g_faulty = *g_real;
    g_faulty.zName = "faulty";
    g_faulty.szOsFile = static_cast<int>(sizeof(File)) + g_real->szOsFile;
    g_faulty.xOpen = open;
    sqlite3_vfs_register(&g_faulty, 1);
}

FaultyVfs::~FaultyVfs() {
    sqlite3_vfs_register(g_real, 1);
    sqlite3_vfs_unregister(&g_faulty);
    set({});
}

void FaultyVfs::set(Hook hook) {
    const std::lock_guard lock(g_mutex);
    g_hook = std::move(hook);
}

}  // namespace causeway::storage
