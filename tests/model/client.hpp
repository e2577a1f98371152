// A client of the broker under trial: what it says is under way until the server takes it, what it
// was sent until it reads on. Shows the judge all that it sees.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "broker/session/session.hpp"
#include "tests/model/judge.hpp"
#include "tests/model/line.hpp"
#include "tests/session/world.hpp"

namespace causeway::model {

using Lines = session::testing::Lines;

// A SEND that asked for a RECEIPT.
struct Wish {
    std::string receipt;
    std::string text;  // of what is to be stored; empty: something else
    bool answered = false;
    std::uint64_t offset = 0;  // of what was stored; 0: refused
    bool duplicate = false;
};

class Client {
public:
    using Trace = std::function<void(const std::string&)>;

    Client(Judge& judge, session::testing::TestShard& shard, std::uint64_t session_id, std::string user,
           std::string device, Trace trace);
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;
    ~Client();

    // Client's side
    void subscribes(Subscription subscription);
    void unsubscribes(Subscription& subscription);
    // `text` as in Wish.
    void sends(const std::string& destination, const std::string& body, const std::string& text,
               const Lines& lines = {});
    void acknowledges(Subscription& subscription, std::size_t index, bool negatively);
    void disconnects();
    // False: nothing was under way to it.
    bool reads_one();

    // Server's side
    bool server_takes_one();
    bool server_tells() { return !gone_ && line_.tell_what_happened(*session_); }
    bool deadline_passes(Monotonic now);
    // The connection breaks; what is under way is lost.
    void breaks();

    // It can say something, and hopes to be heard.
    [[nodiscard]] bool talks() const { return connected_ && !saying_goodbye_ && !over(); }
    // Nothing will come any more.
    [[nodiscard]] bool over() const { return gone_ || (line_.closed && line_.down.empty()); }
    // Nothing is under way: what is due has come.
    void check_settled();
    [[nodiscard]] const std::string& user() const { return user_; }
    [[nodiscard]] const std::string& device() const { return device_; }
    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] session::testing::TestShard& shard() { return shard_; }
    [[nodiscard]] std::vector<Subscription*> open_subscriptions();
    [[nodiscard]] bool has_device_subscriptions() const;
    [[nodiscard]] std::uint64_t session_id() const { return value(session_->id()); }
    // An id for a new subscription; ids come again when their subscription has ended.
    [[nodiscard]] std::string free_id() const;

private:
    void says(const std::string& command, const Lines& lines, const std::string& body = {});
    void on_frame(const Seen& seen);
    void on_receipt(const Seen& seen);
    void on_message(const Seen& seen);
    void on_notice(const Seen& seen);
    void on_error(const Seen& seen);
    Subscription* find(const std::string& id);

    Judge& judge_;
    session::testing::TestShard& shard_;
    const std::string user_;
    const std::string device_;
    const std::string name_;
    const Trace trace_;
    Line line_;
    std::unique_ptr<session::Session> session_;
    std::deque<std::variant<std::string, std::uint32_t>> up_;  // octets and pongs
    bool connected_ = false;
    bool saying_goodbye_ = false;
    bool gone_ = false;
    std::uint64_t receipts_ = 0;
    std::deque<Subscription> subscriptions_;  // the newest last; addresses stay
    std::vector<Wish> wishes_;
    std::uint64_t last_stored_ = 0;
};

}  // namespace causeway::model
