// One run of a script against a broker of two shards on a store on one thread. Throws Failed.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/model/client.hpp"
#include "tests/model/script.hpp"
#include "tests/model/store_on_one_thread.hpp"
#include "tests/session/world.hpp"
#include "tests/storage/fixture.hpp"

namespace causeway::model {

class Trial {
public:
    explicit Trial(std::uint64_t seed);
    ~Trial();

    void run(const Script& script);
    // What happened, a line each.
    [[nodiscard]] const std::vector<std::string>& trace() const { return trace_; }

private:
    // Of a stored SEND, to say it again.
    struct Said {
        std::string user;
        std::string destination;
        std::string to;  // the field that names where it goes
        std::string key;
        std::string text;
    };
    void does(const Step& step);
    void say(const std::string& text) { trace_.push_back(text); }
    void begin_world();
    void make_conversations(Dice& dice);
    void connect(Dice& dice);
    Client& connect_as(Dice& dice, const std::string& user, const std::string& device);
    void break_line(Client& client, Dice& dice);
    void come_back(Client& before, Dice& dice);
    void subscribe(Dice& dice);
    void unsubscribe(Dice& dice);
    void choose_favourite(Dice& dice);
    [[nodiscard]] storage::Log some_log(Dice& dice, const std::string& user) const;
    [[nodiscard]] std::string some_conversation(Dice& dice) const;
    void choose_place(Dice& dice, Subscription& wanted) const;
    void send(Dice& dice, std::size_t count);
    void burst(Dice& dice);
    void change_membership(Dice& dice);
    void acknowledge(Dice& dice);
    static std::size_t some_due(Dice& dice, const Subscription& subscription);
    void let_a_shard_turn(Dice& dice);
    void let_some_time_pass(Dice& dice);
    void let_time_pass(Milliseconds time, bool flush);
    void back_up();
    void end_process(Dice& dice);
    void kill(Dice& dice);
    void restore(Dice& dice);
    void reset_cursor(Dice& dice);
    bool everything_moves(Dice& dice);
    void settle(Dice& dice);
    void check_store();
    void bury();
    Client* someone(Dice& dice);
    Client* someone_who_talks(Dice& dice);
    // Of those who talk; null: there is none.
    template <typename Is>
    Client* someone_who(Is&& is, Dice& dice);
    Client* someone_of(const std::string& user, Dice& dice);
    Client* someone_else_than(const std::string& user, Dice& dice);
    Client* someone_who_owes(Dice& dice);

    storage::TemporaryDirectory directory_;
    ManualClock clock_;
    StoreOnOneThread store_;
    Judge judge_;
    std::unique_ptr<session::testing::World> world_;
    std::vector<std::unique_ptr<Client>> clients_;
    std::vector<std::string> trace_;
    // Half of what happens is about one log of one device: much that goes wrong needs many steps there.
    storage::Log favourite_{};
    std::string busy_ = "g0";  // half of what is said in conversations, in this one
    bool acknowledges_much_ = false;
    std::optional<Judge> backup_;
    std::vector<std::string> epochs_{"foreign"};
    std::vector<Said> said_;
    std::vector<std::uint64_t> heard_{0, 0};  // by each shard
    std::uint64_t next_session_ = 1'000'000;
    std::uint64_t texts_ = 0;
    Milliseconds elapsed_{0};
};

}  // namespace causeway::model
