// What was delivered on one subscription and is not acknowledged yet (STOMP 1.2, ACK and NACK).
// Values in, values out; of logs it knows only that their entries have offsets, so consumers without a
// log can use it, too. One per subscription with ack:client or ack:client-individual.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/numbers.hpp"
#include "broker/routing/message.hpp"

namespace causeway::session {

class AckLedger {
public:
    enum class Mode : std::uint8_t {
        kClient,            // an ACK is for all that was delivered on this subscription before, too
        kClientIndividual,  // for one message
    };
    enum class Answer : std::uint8_t { kAck, kNack };

    struct Delivery {
        std::uint64_t number;  // 1, 2, 3 … on this subscription
        std::string message_id;
        Offset before;             // of the log: all up to here was delivered earlier
        bool logged;               // it has an offset: it counts against the limit
        std::string conversation;  // empty: nobody waits to hear that it arrived
        Sequence sequence;
    };
    struct Settled {
        bool known = false;                // such a message was delivered here, lately at least
        std::vector<Delivery> deliveries;  // what had been open and now is not, oldest first
    };

    // `serial`: the number of this subscription among those with acknowledgements in its session.
    // `limit`: how many entries of a log may be open; as many messages without offset are remembered.
    AckLedger(Mode mode, std::uint64_t serial, std::size_t limit)
        : mode_(mode), serial_(serial), limit_(limit) {}

    // Everything of the log up to here needs no acknowledgement: it was there before, or is not sent.
    void on_passed(Offset offset) { sent_ = offset; }
    // A message is sent. Returns its ack id: the header `ack`, in STOMP 1.2.
    // `told`: somebody waits to hear that it arrived, if the message says so, too.
    std::string on_delivered(const routing::Message& message, bool told = true);

    // Such a message was delivered here, lately at least.
    [[nodiscard]] bool knows(std::uint64_t number) const { return number > 0 && number <= last_number_; }
    [[nodiscard]] bool knows(std::string_view message_id) const;

    // By number (STOMP 1.2) or message-id (before).
    Settled settle(Answer answer, std::uint64_t number);
    Settled settle(Answer answer, std::string_view message_id);

    // No entry of a log may be sent before some are acknowledged.
    [[nodiscard]] bool full() const { return logged_ >= limit_; }
    // Everything of the log up to here is acknowledged.
    [[nodiscard]] Offset prefix() const;
    [[nodiscard]] std::size_t open() const { return open_.size(); }
    [[nodiscard]] std::uint64_t serial() const { return serial_; }

    struct AckId {
        std::uint64_t serial;
        std::uint64_t number;
    };
    // Reads the header `ack` back; nothing if it never was one.
    [[nodiscard]] static std::optional<AckId> parse(std::string_view text);

private:
    Settled take(Answer answer, std::deque<Delivery>::iterator last);
    void forget_oldest_unlogged();

    const Mode mode_;
    const std::uint64_t serial_;
    const std::size_t limit_;
    std::deque<Delivery> open_;       // ascending
    std::size_t logged_ = 0;          // of them
    std::uint64_t last_number_ = 0;   // given
    Offset sent_{};                   // of the log: all up to here was delivered or passed
    std::optional<Offset> hole_;      // of the log: what follows this was refused by a NACK
    std::deque<std::size_t> lately_;  // hashes of message-ids settled, at most `limit`
};

}  // namespace causeway::session
