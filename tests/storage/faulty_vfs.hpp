// SQLite on files that can be told to fail, or to kill the process, at a chosen operation. One at a time; it
// is SQLite's default while it lives.
#pragma once

#include <functional>
#include <string>

namespace causeway::storage {

class FaultyVfs {
public:
    enum class Operation { kWrite, kSync };
    struct Call {
        Operation operation;
        std::string path;
        int handle;  // another one for every open file
    };
    // Returns SQLite's result code instead of the operation; 0: it is done as usual. Any thread, no two at
    // once.
    using Hook = std::function<int(const Call&)>;

    FaultyVfs();
    FaultyVfs(const FaultyVfs&) = delete;
    FaultyVfs& operator=(const FaultyVfs&) = delete;
    // No file may be open any more.
    ~FaultyVfs();

    void set(Hook hook);
};

}  // namespace causeway::storage
