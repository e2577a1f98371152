// A COMMIT on its way: queues keep room for what is not stored, what has to be kept is kept together, then
// the rest goes out. Outlives its session: what was committed is carried out. On its shard's thread; only
// ever owned by a shared_ptr.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "broker/session/kept_sends.hpp"
#include "broker/session/services.hpp"
#include "broker/session/transaction.hpp"

namespace causeway::session {

class TransactionCommit : public std::enable_shared_from_this<TransactionCommit> {
public:
    struct Outcome {
        std::optional<Refusal> refusal;            // nothing was done
        std::vector<Acknowledgement> acks;         // to be carried out now
        std::vector<routing::MessagePtr> replies;  // of commands
    };
    using OnDone = std::function<void(Outcome)>;  // once, on the shard's thread, maybe before start() returns

    // `sends` carries out what is passed on, in line with the session's other SENDs.
    TransactionCommit(Services& services, std::shared_ptr<KeptSends> sends, Transaction transaction)
        : services_(services), sends_(std::move(sends)), transaction_(std::move(transaction)) {}
    TransactionCommit(const TransactionCommit&) = delete;
    TransactionCommit& operator=(const TransactionCommit&) = delete;

    // `of_acks`: what has to be written because of its acknowledgements.
    void start(std::vector<storage::Part> of_acks, OnDone on_done);

private:
    void take_parts();
    void reserve_room();
    void on_reserved(const std::optional<queue::NoRoom>& refused);
    void keep();
    void refuse(Refusal refusal);
    void on_answer(storage::Answer answer);
    void on_kept(storage::Togethered done);
    void send_rest();
    void finish();
    [[nodiscard]] std::string name_of_part(std::size_t part) const;

    Services& services_;
    const std::shared_ptr<KeptSends> sends_;
    Transaction transaction_;
    OnDone on_done_;
    std::vector<storage::Part> parts_;
    std::vector<std::size_t> frame_of_part_;   // of those that are a frame's own
    std::vector<routing::MessagePtr> queued_;  // for queues, and not kept: there is room for them
    std::vector<std::size_t> frame_of_queued_;
    std::size_t under_way_ = 0;  // SENDs that are passed on
    Outcome outcome_;
};

}  // namespace causeway::session
