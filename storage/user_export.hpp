// What the store knows of a user, as JSON lines, a bounded slice per call: `profile`, `conversation` (with
// his stays, as offsets), `message` (sent and received within them), `inbox`, `cursor`, `watermark`.
// Envelopes are in protobuf's own JSON form. One thread.
#pragma once

#include <string>

#include "storage/care.hpp"
#include "storage/statement.hpp"
#include "storage/store_options.hpp"

namespace causeway::storage {

class UserExport {
public:
    // Throws Error.
    UserExport(Database& database, const StoreOptions& options);

    // `from` is empty, or what the slice before said is next; anything else throws Error. One snapshot.
    [[nodiscard]] ExportPage page(const std::string& user, const std::string& from);

private:
    // Where the export is: what comes next is of `stage`, after `owner` and `offset`.
    struct Position {
        std::int64_t stage = 0;
        std::int64_t owner = 0;
        std::int64_t offset = 0;
    };
    [[nodiscard]] Position parse(const std::string& from) const;
    [[nodiscard]] bool full() const;
    void line(const std::string& json);

    // Each returns when the page is full, or moves on to the next stage.
    void profile(const std::string& user);
    void conversations();
    void messages();
    void inbox();
    void cursors();
    void watermarks();
    void next_stage() { at_ = {at_.stage + 1, 0, 0}; }

    [[nodiscard]] std::string conversation(std::int64_t key);
    // Messages of one conversation after at_.offset. False: the page is full.
    bool messages_of(std::int64_t key);
    [[nodiscard]] std::string stays(std::int64_t key);

    Database& database_;
    const StoreOptions& options_;
    std::int64_t user_ = 0;
    Position at_;
    std::size_t lines_ = 0;
    std::string text_;
};

}  // namespace causeway::storage
