// The store as the admin API sees it: questions are put to the reading threads, changes submitted like
// anybody's, and the admin thread waits for the answer, at most kPatience.
#pragma once

#include <functional>

#include "broker/admin/store_view.hpp"
#include "broker/base/clock.hpp"
#include "storage/care.hpp"
#include "storage/store.hpp"

namespace causeway {

class StoreOperations final : public admin::StoreView {
public:
    // Longer than the store lets any read take.
    static constexpr Milliseconds kPatience{6'000};

    // The store outlives this object. `retry_outbox` wakes whoever sends the outbox; empty: nobody does.
    StoreOperations(storage::Store& store, storage::StoreCare& care, std::function<void()> retry_outbox)
        : store_(store), care_(care), retry_outbox_(std::move(retry_outbox)) {}

    [[nodiscard]] admin::FromStore<std::vector<admin::Cursor>> cursors(const std::string& user) override;
    [[nodiscard]] std::variant<bool, Refusal> reset_cursors(const admin::CursorReset& reset) override;
    [[nodiscard]] admin::FromStore<std::vector<admin::WaitingEvent>> outbox(std::uint64_t after,
                                                                            std::size_t limit) override;
    [[nodiscard]] admin::FromStore<std::uint64_t> retry_outbox() override;
    [[nodiscard]] admin::FromStore<admin::KeptMessages> history(const admin::HistoryRange& range) override;
    [[nodiscard]] admin::FromStore<admin::ExportSlice> export_user(const std::string& user,
                                                                   const std::string& from) override;
    [[nodiscard]] std::variant<admin::EraseSlice, Refusal> erase_user(const std::string& user) override;
    void backup(const std::string& file, std::function<void(admin::BackupEnd)> on_end) override;
    void verify(std::function<void(admin::VerifyEnd)> on_end) override;

private:
    // Constant after construction
    storage::Store& store_;
    storage::StoreCare& care_;
    const std::function<void()> retry_outbox_;
};

}  // namespace causeway
