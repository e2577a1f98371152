// What a client SUBSCRIBEd to, as the routing table knows it: a plain one passes each message on.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "broker/routing/subscription_table.hpp"
#include "broker/session/ack_ledger.hpp"
#include "broker/session/encoding.hpp"

namespace causeway::session {

class LogSubscription;
class QueueSubscription;
class Session;

class ClientSubscription : public routing::Subscription {
public:
    ClientSubscription(Session& session, std::shared_ptr<Encoding> encoding, std::string destination,
                       bool is_pattern)
        : Subscription(std::move(destination), is_pattern),
          session_(session),
          encoding_(std::move(encoding)) {}

    void deliver(const routing::MessagePtr& message) override;

    [[nodiscard]] const std::string& id() const { return encoding_->subscription_id(); }
    [[nodiscard]] Encoding& encoding() const { return *encoding_; }
    // Null unless this one is to a log.
    [[nodiscard]] virtual LogSubscription* as_log() { return nullptr; }
    // Null unless this one is to a queue.
    [[nodiscard]] virtual QueueSubscription* as_queue() { return nullptr; }
    // Null with ack:auto.
    [[nodiscard]] virtual AckLedger* ledger() { return nullptr; }

protected:
    [[nodiscard]] Session& session() const { return session_; }

private:
    Session& session_;
    const std::shared_ptr<Encoding> encoding_;
};

// To no log, with acknowledgements: they are checked, and nothing follows from them.
class AckedSubscription final : public ClientSubscription {
public:
    AckedSubscription(Session& session, std::shared_ptr<Encoding> encoding, std::string destination,
                      bool is_pattern, AckLedger ledger)
        : ClientSubscription(session, std::move(encoding), std::move(destination), is_pattern),
          ledger_(std::move(ledger)) {}

    void deliver(const routing::MessagePtr& message) override;
    [[nodiscard]] AckLedger* ledger() override { return &ledger_; }

private:
    AckLedger ledger_;
};

}  // namespace causeway::session
