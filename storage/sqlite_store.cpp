#include "storage/sqlite_store.hpp"

namespace causeway::storage {

SqliteStore::SqliteStore(StoreOptions options, OnCommitted on_committed, const Clock& clock, Random& random)
    : options_(std::move(options)),
      lock_(options_.path),
      writing_(options_, clock, random, std::move(on_committed)),
      reading_(options_) {}

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

void SqliteStore::read_sync(SyncQuery, OnRead<SyncPage> on_read) { on_read(ReadFailed{"not built yet"}); }
void SqliteStore::read_history(HistoryQuery, OnRead<HistoryPage> on_read) {
    on_read(ReadFailed{"not built yet"});
}
void SqliteStore::read_unread(std::string, OnRead<std::vector<UnreadRow>> on_read) {
    on_read(ReadFailed{"not built yet"});
}
void SqliteStore::read_cursors(std::string, OnRead<std::vector<CursorRow>> on_read) {
    on_read(ReadFailed{"not built yet"});
}
void SqliteStore::read_outbox(std::uint64_t, std::size_t, OnRead<std::vector<OutboxEvent>> on_read) {
    on_read(ReadFailed{"not built yet"});
}
void SqliteStore::read_export(std::string, std::string, OnRead<ExportPage> on_read) {
    on_read(ReadFailed{"not built yet"});
}
void SqliteStore::verify(OnRead<Verified> on_read) { on_read(ReadFailed{"not built yet"}); }
void SqliteStore::backup(std::filesystem::path, OnRead<std::uint64_t> on_read) {
    on_read(ReadFailed{"not built yet"});
}

}  // namespace causeway::storage
