// A StoreView that answers from plain fields and remembers what it was told to do. Backup and verify end
// when the test says so.
#pragma once

#include "broker/admin/store_view.hpp"

namespace causeway::admin {

class FakeStore final : public StoreView {
public:
    FromStore<std::vector<Cursor>> cursors(const std::string& user) override {
        if (trouble) return *trouble;
        std::vector<Cursor> found;
        for (const auto& cursor : kept)
            if (user.empty() || cursor.user == user) found.push_back(cursor);
        return found;
    }
    std::variant<bool, Refusal> reset_cursors(const CursorReset& reset) override {
        if (refusal) return *refusal;
        resets.push_back(reset);
        return reset.user == "ann";
    }
    FromStore<std::vector<WaitingEvent>> outbox(std::uint64_t after, std::size_t limit) override {
        if (trouble) return *trouble;
        std::vector<WaitingEvent> found;
        for (const auto& event : waiting)
            if (event.id > after && found.size() < limit) found.push_back(event);
        return found;
    }
    FromStore<std::uint64_t> retry_outbox() override {
        if (trouble) return *trouble;
        ++retries;
        return waiting.size();
    }
    FromStore<KeptMessages> history(const HistoryRange& range) override {
        if (trouble) return *trouble;
        asked = range;
        return messages;
    }
    FromStore<ExportSlice> export_user(const std::string& user, const std::string& from) override {
        if (trouble) return *trouble;
        exported.push_back(user + " from " + from);
        return from.empty() ? ExportSlice{"{\"kind\":\"user\"}\n", "2"}
                            : ExportSlice{"{\"kind\":\"entry\"}\n", ""};
    }
    std::variant<EraseSlice, Refusal> erase_user(const std::string& user) override {
        if (refusal) return *refusal;
        erased.push_back(user);
        return EraseSlice{10, erased.size() < erase_slices};
    }
    void backup(const std::string& file, std::function<void(BackupEnd)> on_end) override {
        files.push_back(file);
        if (end_at_once) return on_end(*end_at_once);
        end_backup = std::move(on_end);
    }
    void verify(std::function<void(VerifyEnd)> on_end) override {
        if (verdict) return on_end(*verdict);
        end_verify = std::move(on_end);
    }

    std::optional<StoreTrouble> trouble;  // of every read
    std::optional<Refusal> refusal;       // of every change
    std::vector<Cursor> kept;
    std::vector<WaitingEvent> waiting;
    KeptMessages messages;
    std::size_t erase_slices = 1;
    std::optional<BackupEnd> end_at_once;
    std::optional<VerifyEnd> verdict;

    std::vector<CursorReset> resets;
    int retries = 0;
    HistoryRange asked;
    std::vector<std::string> exported, erased, files;
    std::function<void(BackupEnd)> end_backup;
    std::function<void(VerifyEnd)> end_verify;
};

}  // namespace causeway::admin
