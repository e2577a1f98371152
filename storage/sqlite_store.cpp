#include "storage/sqlite_store.hpp"

#include "storage/backup.hpp"
#include "storage/outbox.hpp"
#include "storage/user_export.hpp"
#include "storage/verifier.hpp"

namespace causeway::storage {

SqliteStore::SqliteStore(StoreOptions options, OnCommitted on_committed, const Clock& clock, Random& random)
    : options_(std::move(options)),
      lock_(options_.path),
      writing_(options_, clock, random, std::move(on_committed)),
      reading_(options_),
      caring_(options_) {}

void SqliteStore::submit(Request request, OnAnswer on_answer) {
    writing_.submit(std::move(request), std::move(on_answer));
}

void SqliteStore::read_log(Log log, Offset after, std::size_t limit, OnRead<LogPage> on_read) {
    reading_.read<LogPage>(
        [log = std::move(log), after, limit](Reader& reader) { return reader.page(log, after, limit); },
        std::move(on_read));
}

void SqliteStore::read_log_state(Log log, std::string device, OnRead<LogState> on_read) {
    reading_.read<LogState>([log = std::move(log), device = std::move(device)](
                                Reader& reader) { return reader.state(log, device); },
                            std::move(on_read));
}

void SqliteStore::read_memberships(std::string user, OnRead<std::vector<std::string>> on_read) {
    reading_.read<std::vector<std::string>>(
        [user = std::move(user)](Reader& reader) { return reader.memberships(user); }, std::move(on_read));
}

void SqliteStore::read_conversations(std::string user, OnRead<std::vector<ConversationRow>> on_read) {
    reading_.read<std::vector<ConversationRow>>(
        [user = std::move(user)](Reader& reader) { return reader.conversations(user); }, std::move(on_read));
}

void SqliteStore::read_sync(SyncQuery query, OnRead<SyncPage> on_read) {
    reading_.read<SyncPage>([query = std::move(query)](Reader& reader) { return reader.sync(query); },
                            std::move(on_read));
}

void SqliteStore::read_history(HistoryQuery query, OnRead<HistoryPage> on_read) {
    reading_.read<HistoryPage>([query = std::move(query)](Reader& reader) { return reader.history(query); },
                               std::move(on_read));
}

void SqliteStore::read_unread(std::string user, OnRead<std::vector<UnreadRow>> on_read) {
    reading_.read<std::vector<UnreadRow>>(
        [user = std::move(user)](Reader& reader) { return reader.unread(user); }, std::move(on_read));
}

void SqliteStore::read_queue(std::string destination, Offset after, std::size_t limit,
                             OnRead<QueuePage> on_read) {
    reading_.read<QueuePage>([destination = std::move(destination), after,
                              limit](Reader& reader) { return reader.queue(destination, after, limit); },
                             std::move(on_read));
}

void SqliteStore::read_queues(std::string after, std::size_t limit, OnRead<std::vector<QueueRow>> on_read) {
    reading_.read<std::vector<QueueRow>>(
        [after = std::move(after), limit](Reader& reader) { return reader.queues(after, limit); },
        std::move(on_read));
}

void SqliteStore::read_cursors(std::string user, OnRead<std::vector<CursorRow>> on_read) {
    reading_.read<std::vector<CursorRow>>(
        [user = std::move(user)](Reader& reader) { return reader.cursors(user); }, std::move(on_read));
}

void SqliteStore::read_outbox(std::uint64_t after, std::size_t limit,
                              OnRead<std::vector<OutboxEvent>> on_read) {
    reading_.read<std::vector<OutboxEvent>>(
        [after, limit, bytes = options_.page_bytes](Reader& reader) {
            return outbox_page(reader.connection(), after, limit, bytes);
        },
        std::move(on_read));
}

void SqliteStore::read_export(std::string user, std::string from, OnRead<ExportPage> on_read) {
    reading_.read<ExportPage>(
        [this, user = std::move(user), from = std::move(from)](Reader& reader) {
            return UserExport(reader.connection(), options_).page(user, from);
        },
        std::move(on_read));
}

void SqliteStore::verify(OnRead<Verified> on_read) {
    caring_.read<Verified>([](LongRead& read) { return Verifier(read).verify(); }, std::move(on_read));
}

void SqliteStore::backup(std::filesystem::path to, OnRead<std::uint64_t> on_read) {
    caring_.read<std::uint64_t>([to = std::move(to), min_free = options_.min_free_bytes](
                                    LongRead& read) { return back_up(read, to, min_free); },
                                std::move(on_read));
}

}  // namespace causeway::storage
