// Waiting for the store on a thread that may wait. Who gives up leaves the promise to the answer, which comes
// into the void.
#pragma once

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <utility>

#include "storage/store.hpp"

namespace causeway {

// What a read of the store says, or nothing when it does not come within `patience`. `begin` is called with
// the callback to pass on.
template <typename T>
std::optional<std::variant<T, storage::ReadFailed>> await_read(
    const std::function<void(storage::OnRead<T>)>& begin, std::chrono::milliseconds patience) {
    using Result = std::variant<T, storage::ReadFailed>;
    auto promise = std::make_shared<std::promise<Result>>();
    auto answer = promise->get_future();
    begin([promise](Result result) { promise->set_value(std::move(result)); });
    if (answer.wait_for(patience) != std::future_status::ready) return std::nullopt;
    return answer.get();
}

// The answer to a request; send-failed when it does not come within `patience`. Then it may still be done.
inline storage::Answer await_commit(storage::Store& store, storage::Request request,
                                    std::chrono::milliseconds patience) {
    auto promise = std::make_shared<std::promise<storage::Answer>>();
    auto answer = promise->get_future();
    store.submit(std::move(request),
                 [promise](storage::Answer given) { promise->set_value(std::move(given)); });
    if (answer.wait_for(patience) != std::future_status::ready)
        return Refusal{ErrorCode::kSendFailed, "the store did not answer in time; it may still be done", ""};
    return answer.get();
}

}  // namespace causeway
