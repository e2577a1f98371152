#include "broker/session/transactions.hpp"

#include <algorithm>

namespace causeway::session {

namespace {

constexpr const char* kHeader = "transaction";

}  // namespace

std::optional<Refusal> Transactions::begin(std::string_view name, Monotonic now) {
    if (find(name) != nullptr)
        return Refusal{ErrorCode::kProtocolError,
                       "BEGIN: transaction " + std::string(name) + " has begun already", kHeader};
    if (open_.size() >= limits_.transactions)
        return Refusal{ErrorCode::kSendFailed,
                       "more than limits.transactions = " + std::to_string(limits_.transactions) +
                           " transactions at once; COMMIT or ABORT some",
                       kHeader};
    std::erase(expired_, name);
    open_.emplace_back(std::string(name), now);
    return std::nullopt;
}

Transaction* Transactions::find(std::string_view name) {
    const auto found = std::find_if(open_.begin(), open_.end(),
                                    [name](const Transaction& open) { return open.name() == name; });
    return found == open_.end() ? nullptr : &*found;
}

Refusal Transactions::missing(std::string_view name) const {
    if (std::find(expired_.begin(), expired_.end(), name) != expired_.end()) return too_old(name);
    return {ErrorCode::kProtocolError, "there is no transaction " + std::string(name) + "; BEGIN it first",
            kHeader};
}

std::optional<Refusal> Transactions::no_room_for(std::size_t bytes) const {
    std::size_t frames = 1;
    for (const Transaction& open : open_) {
        frames += open.count();
        bytes += open.bytes();
    }
    if (frames > limits_.transaction_frames)
        return Refusal{ErrorCode::kSendFailed,
                       "more than limits.transaction_frames = " + std::to_string(limits_.transaction_frames) +
                           " frames in transactions",
                       kHeader};
    if (bytes > limits_.transaction_bytes)
        return Refusal{ErrorCode::kSendFailed,
                       "more than limits.transaction_bytes = " + std::to_string(limits_.transaction_bytes) +
                           " octets in transactions",
                       kHeader};
    return std::nullopt;
}

std::optional<Transaction> Transactions::take(std::string_view name) {
    Transaction* const found = find(name);
    if (found == nullptr) return std::nullopt;
    std::optional<Transaction> taken(std::move(*found));
    open_.erase(open_.begin() + (found - open_.data()));
    return taken;
}

std::vector<Refusal> Transactions::expire(Monotonic now) {
    std::vector<Refusal> told;
    while (!open_.empty() && now - open_.front().began() >= limits_.transaction_age) {
        const std::string& name = open_.front().name();
        told.push_back(too_old(name));
        expired_.push_back(name);
        if (expired_.size() > limits_.transactions) expired_.pop_front();
        open_.erase(open_.begin());
    }
    return told;
}

std::optional<Monotonic> Transactions::due() const {
    if (open_.empty()) return std::nullopt;
    return open_.front().began() + limits_.transaction_age;
}

Refusal Transactions::too_old(std::string_view name) const {
    return {ErrorCode::kSendFailed,
            "transaction " + std::string(name) + " was aborted: it was open for limits.transaction_age = " +
                std::to_string(limits_.transaction_age.count()) + " ms",
            kHeader};
}

}  // namespace causeway::session
