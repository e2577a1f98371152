#include "broker/queue/owned_queue.hpp"

#include <algorithm>
#include <utility>

namespace causeway::queue {

namespace {

template <typename T>
void append(std::vector<T>& to, std::vector<T> from) {
    if (to.empty()) {
        to = std::move(from);
        return;
    }
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

}  // namespace

std::vector<DeadLetter> OwnedQueue::gather() {
    Changes changes = queue_.take_changes();
    append(unwritten_.done, std::move(changes.done));
    append(unwritten_.returned, std::move(changes.returned));
    const auto volatile_ones =
        std::stable_partition(changes.dead.begin(), changes.dead.end(),
                              [](const DeadLetter& dead) { return dead.place.is_stored(); });
    std::vector<DeadLetter> pass_on(std::make_move_iterator(volatile_ones),
                                    std::make_move_iterator(changes.dead.end()));
    changes.dead.erase(volatile_ones, changes.dead.end());
    append(unwritten_.dead, std::move(changes.dead));
    return pass_on;
}

std::optional<storage::SettleQueue> OwnedQueue::next_write() {
    if (writing_) return std::nullopt;
    if (unwritten_.empty()) {
        answer(waiting_, std::nullopt);
        return std::nullopt;
    }
    under_way_ = std::exchange(unwritten_, {});
    waiting_under_way_ = std::exchange(waiting_, {});
    writing_ = true;
    storage::SettleQueue request;
    request.destination = destination_;
    request.done = under_way_.done;
    for (const Changes::Returned& one : under_way_.returned)
        request.returned.push_back({one.offset, one.failed});
    for (const DeadLetter& dead : under_way_.dead)
        request.dead.push_back(
            {dead.place.offset, policy_.dead_letter, dead_letter_headers(destination_, dead)});
    return request;
}

bool OwnedQueue::on_written(const storage::Answer& result) {
    writing_ = false;
    Changes changes = std::exchange(under_way_, {});
    std::vector<OnSettled> waiting = std::exchange(waiting_under_way_, {});
    if (const auto* refusal = std::get_if<Refusal>(&result)) {
        // What was refused comes before what came later: the last count of a message is the one that holds.
        append(changes.done, std::exchange(unwritten_.done, {}));
        append(changes.returned, std::exchange(unwritten_.returned, {}));
        append(changes.dead, std::exchange(unwritten_.dead, {}));
        unwritten_ = std::move(changes);
        answer(waiting, *refusal);
        return false;
    }
    queue_.on_written(changes.done);
    for (const DeadLetter& dead : changes.dead) queue_.on_written({&dead.place.offset, 1});
    answer(waiting, std::nullopt);
    return true;
}

void OwnedQueue::answer(std::vector<OnSettled>& all, const std::optional<Refusal>& refusal) {
    for (const OnSettled& one : std::exchange(all, {}))
        if (one) one(refusal);
}

std::vector<std::pair<std::string, std::string>> dead_letter_headers(const std::string& from,
                                                                     const DeadLetter& dead) {
    const bool rejected = dead.reason == DeadLetter::Reason::kRejected;
    return {{"dead-letter-from", from},
            {"dead-letter-reason", rejected ? "rejected" : "max-deliveries"},
            {"delivery-count", std::to_string(dead.failed)}};
}

routing::MessagePtr dead_letter_message(const std::string& from, const std::string& to,
                                        const DeadLetter& dead) {
    auto message = std::make_shared<routing::Message>(*dead.message);
    message->destination = to;
    message->offset.reset();
    for (auto& header : dead_letter_headers(from, dead)) {
        std::erase_if(message->headers, [&](const auto& old) { return old.first == header.first; });
        message->headers.push_back(std::move(header));
    }
    return message;
}

}  // namespace causeway::queue
