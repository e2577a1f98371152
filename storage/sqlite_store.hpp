// The store on one machine: a directory with one SQLite file, one thread that writes it and a few
// that read it. Ties together what the other files of this folder do.
#pragma once

#include <memory>

#include "broker/base/clock.hpp"
#include "broker/base/random.hpp"
#include "storage/care.hpp"
#include "storage/care_thread.hpp"
#include "storage/directory_lock.hpp"
#include "storage/reader_threads.hpp"
#include "storage/store.hpp"
#include "storage/store_options.hpp"
#include "storage/store_thread.hpp"

namespace causeway::storage {

class SqliteStore final : public Store, public StoreCare {
public:
    // Locks the directory, opens, checks and migrates the file, on the calling thread. Throws Error:
    // locked by another process, damaged, of a newer program, not writable. `clock` and `random`
    // outlive the store; `random` is used by nobody else meanwhile.
    SqliteStore(StoreOptions options, OnCommitted on_committed, const Clock& clock, Random& random);

    void submit(Request request, OnAnswer on_answer) override;
    void read_log(Log log, Offset after, std::size_t limit, OnRead<LogPage> on_read) override;
    void read_log_state(Log log, std::string device, OnRead<LogState> on_read) override;
    void read_memberships(std::string user, OnRead<std::vector<std::string>> on_read) override;
    void read_conversations(std::string user, OnRead<std::vector<ConversationRow>> on_read) override;
    void read_sync(SyncQuery query, OnRead<SyncPage> on_read) override;
    void read_history(HistoryQuery query, OnRead<HistoryPage> on_read) override;
    void read_unread(std::string user, OnRead<std::vector<UnreadRow>> on_read) override;
    void read_queue(std::string destination, Offset after, std::size_t limit,
                    OnRead<QueuePage> on_read) override;
    void read_queues(std::string after, std::size_t limit, OnRead<std::vector<QueueRow>> on_read) override;
    void read_cursors(std::string user, OnRead<std::vector<CursorRow>> on_read) override;
    void read_outbox(std::uint64_t after, std::size_t limit,
                     OnRead<std::vector<OutboxEvent>> on_read) override;
    void read_export(std::string user, std::string from, OnRead<ExportPage> on_read) override;
    void verify(OnRead<Verified> on_read) override;
    void backup(std::filesystem::path to, OnRead<std::uint64_t> on_read) override;
    [[nodiscard]] StoreFigures figures() const override { return writing_.figures(); }
    [[nodiscard]] const std::string& epoch() const override { return writing_.epoch(); }
    [[nodiscard]] bool healthy() const override { return writing_.healthy(); }

private:
    // In this order: the readers end first, the last commit follows, then the directory is free.
    const StoreOptions options_;
    DirectoryLock lock_;
    StoreThread writing_;
    ReaderThreads reading_;
    CareThread caring_;
};

}  // namespace causeway::storage
