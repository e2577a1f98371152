// What the admin API may ask of the store and do to it. The program implements it. All functions are called
// on the admin thread; those that answer at once may block for a moment (a bounded one), backup() and
// verify() return before they are done.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "broker/base/error_code.hpp"

namespace causeway::admin {

// Why a reading store gave no answer; for operators.
struct StoreTrouble {
    std::string what;
};
template <typename T>
using FromStore = std::variant<T, StoreTrouble>;

// How far one device of a user has got in one log.
struct Cursor {
    std::string user;
    std::string device;
    std::string log;  // the destination as the client names it
    std::uint64_t offset = 0;
    std::int64_t updated_at = 0;  // milliseconds since 1970
};

// Empty device, log: all of them. Nothing in `to`: the cursors are forgotten.
struct CursorReset {
    std::string user;
    std::string device;
    std::string log;
    std::optional<std::uint64_t> to;
};

// An event that waits for NATS.
struct WaitingEvent {
    std::uint64_t id = 0;
    std::string subject;
    std::string msg_id;
    std::int64_t created_at = 0;  // milliseconds since 1970
    std::uint64_t bytes = 0;      // of its payload
};

// One of `conversation` and `destination` is set.
struct HistoryRange {
    std::string conversation;
    std::string destination;              // as routed
    std::optional<std::uint64_t> before;  // sequence; with a destination offset
    std::optional<std::uint64_t> after;   // neither: the newest
    std::size_t limit = 50;
};
struct KeptMessage {
    std::uint64_t offset = 0;
    std::uint64_t sequence = 0;  // 0: of a log of its own
    std::string destination;     // of a log of its own
    std::string envelope;        // as JSON
};
struct KeptMessages {
    bool known = false;  // there is such a conversation or log
    std::vector<KeptMessage> items;
    bool more = false;
};

struct ExportSlice {
    std::string json_lines;
    std::string next;  // where the next slice begins; empty: that was all
};
struct EraseSlice {
    std::uint64_t rows = 0;
    bool more = false;
};

// How a backup ended: the size of the copy in bytes.
using BackupEnd = FromStore<std::uint64_t>;
struct Verdict {
    std::vector<std::string> faults;  // empty: sound
    std::uint64_t entries = 0;
    std::uint64_t conversations = 0;
};
using VerifyEnd = FromStore<Verdict>;

class StoreView {
public:
    StoreView() = default;
    StoreView(const StoreView&) = delete;
    StoreView& operator=(const StoreView&) = delete;
    virtual ~StoreView() = default;

    // Of one user, or (empty) of all.
    [[nodiscard]] virtual FromStore<std::vector<Cursor>> cursors(const std::string& user) = 0;
    // True if there was such a cursor.
    [[nodiscard]] virtual std::variant<bool, Refusal> reset_cursors(const CursorReset& reset) = 0;
    // Events with an id above `after`, ascending.
    [[nodiscard]] virtual FromStore<std::vector<WaitingEvent>> outbox(std::uint64_t after,
                                                                      std::size_t limit) = 0;
    // Makes the sender try now instead of at its next turn; answers with how many events wait.
    [[nodiscard]] virtual FromStore<std::uint64_t> retry_outbox() = 0;
    [[nodiscard]] virtual FromStore<KeptMessages> history(const HistoryRange& range) = 0;
    [[nodiscard]] virtual FromStore<ExportSlice> export_user(const std::string& user,
                                                             const std::string& from) = 0;
    [[nodiscard]] virtual std::variant<EraseSlice, Refusal> erase_user(const std::string& user) = 0;

    // `on_end` is called once, on a thread of the store's.
    virtual void backup(const std::string& file, std::function<void(BackupEnd)> on_end) = 0;
    virtual void verify(std::function<void(VerifyEnd)> on_end) = 0;
};

}  // namespace causeway::admin
