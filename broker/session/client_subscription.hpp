// What a client SUBSCRIBEd to, as the routing table knows it: plain ones pass each message on; those
// to a log see each entry once, in order, from where the client left off (LogFeed).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "broker/routing/subscription_table.hpp"
#include "broker/session/encoding.hpp"
#include "broker/session/log_feed.hpp"
#include "storage/store.hpp"

namespace causeway::session {

class LogSubscription;
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

protected:
    [[nodiscard]] Session& session() const { return session_; }

private:
    Session& session_;
    const std::shared_ptr<Encoding> encoding_;
};

// Where a SUBSCRIBE wants its log to begin.
struct Resume {
    enum class From : std::uint8_t { kLive, kOffset, kDevice };
    From from = From::kLive;
    std::optional<Offset> after;       // kOffset; kDevice: where a device without a cursor begins
    std::optional<std::string> epoch;  // of `after`, as the client remembers it
};

class LogSubscription final : public ClientSubscription {
public:
    LogSubscription(Session& session, std::shared_ptr<Encoding> encoding, std::string destination,
                    std::uint64_t serial, storage::Log log, std::string log_name, Resume resume,
                    std::optional<std::string> receipt)
        : ClientSubscription(session, std::move(encoding), std::move(destination), false),
          serial_(serial),
          log_(std::move(log)),
          log_name_(std::move(log_name)),
          resume_(std::move(resume)),
          receipt_(std::move(receipt)) {}

    void deliver(const routing::MessagePtr& message) override;

    [[nodiscard]] LogSubscription* as_log() override { return this; }

    // Tells this one from an earlier one with the same id, when an answer comes late.
    [[nodiscard]] std::uint64_t serial() const { return serial_; }
    [[nodiscard]] const storage::Log& log() const { return log_; }
    // The destination as clients name it; the key of its cursor.
    [[nodiscard]] const std::string& log_name() const { return log_name_; }
    [[nodiscard]] const Resume& resume() const { return resume_; }
    [[nodiscard]] const std::optional<std::string>& receipt() const { return receipt_; }
    [[nodiscard]] LogFeed& feed() { return feed_; }

    // The device is known to have everything up to here.
    void begins_after(Offset offset) { cursor_ = offset; }
    // A ping follows all that was delivered; its pong proves that it arrived.
    void on_pinged() { pinged_ = feed_.delivered(); }
    // How far the device's cursor moves now; nothing if it is there already.
    [[nodiscard]] std::optional<Offset> on_proven() {
        if (pinged_ <= cursor_) return std::nullopt;
        return cursor_ = pinged_;
    }

    // Of the first MESSAGE, when no receipt could carry them.
    routing::Headers first_headers;

private:
    const std::uint64_t serial_;
    const storage::Log log_;
    const std::string log_name_;
    const Resume resume_;
    const std::optional<std::string> receipt_;
    LogFeed feed_;
    Offset pinged_{0};
    Offset cursor_{0};
};

}  // namespace causeway::session
