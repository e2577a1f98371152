// A read-only connection and the queries it answers, each in one short snapshot: never behind a
// writer, and never in the way of a checkpoint for longer than StoreOptions::longest_read. Every
// query is seeks into indexes and walks along them. Throws Error. One thread.
#pragma once

#include "storage/care.hpp"
#include "storage/history_reader.hpp"
#include "storage/log_reader.hpp"
#include "storage/query_plans.hpp"
#include "storage/queue_reader.hpp"
#include "storage/store_options.hpp"
#include "storage/sync_reader.hpp"
#include "storage/unread_reader.hpp"

namespace causeway::storage {

class Reader {
public:
    explicit Reader(const StoreOptions& options);

    [[nodiscard]] LogPage page(const Log& log, Offset after, std::size_t limit);
    [[nodiscard]] LogState state(const Log& log, const std::string& device);
    [[nodiscard]] std::vector<std::string> memberships(const std::string& user);
    [[nodiscard]] std::vector<ConversationRow> conversations(const std::string& user);
    [[nodiscard]] SyncPage sync(const SyncQuery& query);
    [[nodiscard]] HistoryPage history(const HistoryQuery& query);
    [[nodiscard]] std::vector<UnreadRow> unread(const std::string& user);
    [[nodiscard]] QueuePage queue(const std::string& destination, Offset after, std::size_t limit);
    [[nodiscard]] std::vector<QueueRow> queues(const std::string& after, std::size_t limit);
    // `user` empty: of all users, at most kMostCursors.
    [[nodiscard]] std::vector<CursorRow> cursors(const std::string& user);

    // For queries that have a file of their own.
    [[nodiscard]] Database& connection() { return database_; }

    // How SQLite goes about each of its statements.
    [[nodiscard]] std::vector<QueryPlan> query_plans() { return causeway::storage::query_plans(database_); }

private:
    [[nodiscard]] static std::vector<CursorRow> cursors_in(Statement::Rows rows);

    Database database_;
    LogTables tables_;
    LogReader logs_;
    SyncReader sync_;
    HistoryReader history_;
    UnreadReader unread_;
    QueueReader queues_;
    Statement select_memberships_;
    Statement select_conversations_;
    Statement select_cursors_;
    Statement select_all_cursors_;
};

}  // namespace causeway::storage
