#include "broker/store_operations.hpp"

#include "broker/app/envelope_json.hpp"
#include "broker/store_answer.hpp"

namespace causeway {

namespace {

// The rows that a read answers, each made into what the API shows.
template <typename To, typename From, typename Make>
admin::FromStore<To> read(const std::function<void(storage::OnRead<From>)>& begin, Make make) {
    auto answer = await_read<From>(begin, StoreOperations::kPatience);
    if (!answer) return admin::StoreTrouble{"the store did not answer in time; it is busy, so try again"};
    if (const auto* failed = std::get_if<storage::ReadFailed>(&*answer))
        return admin::StoreTrouble{"the store cannot be read: " + failed->what};
    return make(std::move(std::get<From>(*answer)));
}

template <typename T>
admin::FromStore<T> ended(std::variant<T, storage::ReadFailed> result) {
    if (const auto* failed = std::get_if<storage::ReadFailed>(&result))
        return admin::StoreTrouble{failed->what};
    return std::move(std::get<T>(result));
}

admin::KeptMessage to_row(const storage::LogEntry& entry) {
    admin::KeptMessage row{value(entry.offset), value(entry.sequence), entry.destination, {}};
    storage::Envelope envelope;
    if (envelope.ParseFromString(entry.protobuf)) row.envelope = app::to_json(envelope);
    return row;
}

}  // namespace

admin::FromStore<std::vector<admin::Cursor>> StoreOperations::cursors(const std::string& user) {
    using Rows = std::vector<storage::CursorRow>;
    return read<std::vector<admin::Cursor>, Rows>(
        [&](storage::OnRead<Rows> on_read) { care_.read_cursors(user, std::move(on_read)); },
        [](Rows rows) {
            std::vector<admin::Cursor> cursors;
            for (auto& row : rows)
                cursors.push_back({std::move(row.user), std::move(row.device), std::move(row.log),
                                   value(row.offset), row.updated_at});
            return cursors;
        });
}

std::variant<bool, Refusal> StoreOperations::reset_cursors(const admin::CursorReset& reset) {
    storage::ResetCursors request{reset.user, reset.device, reset.log, std::nullopt};
    if (reset.to) request.to = Offset{*reset.to};
    const auto answer = await_commit(store_, std::move(request), kPatience);
    if (const auto* refusal = std::get_if<Refusal>(&answer)) return *refusal;
    return std::get<storage::Changed>(answer).changed;
}

admin::FromStore<std::vector<admin::WaitingEvent>> StoreOperations::outbox(std::uint64_t after,
                                                                           std::size_t limit) {
    using Rows = std::vector<storage::OutboxEvent>;
    return read<std::vector<admin::WaitingEvent>, Rows>(
        [&](storage::OnRead<Rows> on_read) { care_.read_outbox(after, limit, std::move(on_read)); },
        [](Rows rows) {
            std::vector<admin::WaitingEvent> events;
            for (auto& row : rows)
                events.push_back({row.id, std::move(row.subject), std::move(row.msg_id), row.created_at,
                                  row.payload.size()});
            return events;
        });
}

admin::FromStore<std::uint64_t> StoreOperations::retry_outbox() {
    if (!retry_outbox_)
        return admin::StoreTrouble{"this broker has no NATS to send to (nats.url); events wait until it has"};
    retry_outbox_();
    return care_.figures().outbox;
}

admin::FromStore<admin::KeptMessages> StoreOperations::history(const admin::HistoryRange& range) {
    using Page = storage::HistoryPage;
    const storage::HistoryQuery query{"",           range.conversation, range.destination,
                                      range.before, range.after,        range.limit};
    return read<admin::KeptMessages, Page>(
        [&](storage::OnRead<Page> on_read) { store_.read_history(query, std::move(on_read)); },
        [](const Page& page) {
            admin::KeptMessages messages{page.known, {}, page.more};
            for (const auto& entry : page.entries) messages.items.push_back(to_row(entry));
            return messages;
        });
}

admin::FromStore<admin::ExportSlice> StoreOperations::export_user(const std::string& user,
                                                                  const std::string& from) {
    using Page = storage::ExportPage;
    return read<admin::ExportSlice, Page>(
        [&](storage::OnRead<Page> on_read) { care_.read_export(user, from, std::move(on_read)); },
        [](Page page) {
            return admin::ExportSlice{std::move(page.json_lines), std::move(page.next)};
        });
}

std::variant<admin::EraseSlice, Refusal> StoreOperations::erase_user(const std::string& user) {
    const auto answer = await_commit(store_, storage::EraseUser{user}, kPatience);
    if (const auto* erased = std::get_if<storage::Erased>(&answer))
        return admin::EraseSlice{erased->rows, erased->more};
    if (const auto* refusal = std::get_if<Refusal>(&answer)) return *refusal;
    return Refusal{ErrorCode::kSendFailed, "the store gave an answer to another question", ""};
}

void StoreOperations::backup(const std::string& file, std::function<void(admin::BackupEnd)> on_end) {
    care_.backup(file, [on_end = std::move(on_end)](std::variant<std::uint64_t, storage::ReadFailed> result) {
        on_end(ended(std::move(result)));
    });
}

void StoreOperations::verify(std::function<void(admin::VerifyEnd)> on_end) {
    care_.verify([on_end = std::move(on_end)](std::variant<storage::Verified, storage::ReadFailed> result) {
        if (const auto* failed = std::get_if<storage::ReadFailed>(&result))
            return on_end(admin::StoreTrouble{failed->what});
        auto& verified = std::get<storage::Verified>(result);
        on_end(admin::Verdict{std::move(verified.faults), verified.entries, verified.conversations});
    });
}

}  // namespace causeway
