#include "tests/model/trial.hpp"

#include <algorithm>
#include <array>

namespace causeway::model {

using namespace storage;
using session::testing::TestShard;
using session::testing::World;

namespace {

constexpr std::size_t kWideAbove = kMaxMembersOnUserQueues;
constexpr std::size_t kMostUnacked = 4;
constexpr std::size_t kSettlingRounds = 6;

session::SessionLimits limits() {
    session::SessionLimits limits;
    limits.send_per_second = 0;
    limits.unacked = kMostUnacked;
    limits.outgoing_bytes = 8192;  // replays come in several goes
    return limits;
}

std::vector<identity::RuleSpec> rules() { return {session::testing::allow({"send"}, "/user/*/queue/**")}; }

}  // namespace

Trial::Trial(std::uint64_t seed) : store_(directory_.path(), clock_), judge_(kWideAbove, kMostUnacked) {
    Dice dice(seed);
    store_.on_decided = [this](const std::vector<Decided>& decided) {
        for (const Decided& one : decided)
            if (const auto* append = std::get_if<Append>(&one.request))
                say("committed: of " + append->sender + " to " + append->conversation + append->receiver +
                    append->destination + ", end was" + std::to_string(judge_.kept.end()));
        judge_.on_decided(decided);
    };
    judge_.epoch = store_.epoch();
    store_.page_limit = 1 + dice.below(5);
    choose_favourite(dice);
    acknowledges_much_ = dice.one_in(2);
    begin_world();
    make_conversations(dice);
}

Trial::~Trial() {
    store_.kill();
    clients_.clear();
    world_.reset();
}

void Trial::begin_world() {
    world_ = std::make_unique<World>(rules(), limits(), &store_);
    elapsed_ += Milliseconds(5);  // two processes do not begin in one millisecond
    clock_.advance(Milliseconds(5));
    world_->clock.advance(elapsed_);
    epochs_.push_back(store_.epoch());
    store_.on_committed = [this](const std::vector<Committed>& committed) {
        world_->on_committed(committed);
        for (std::size_t i = 0; i < world_->shards.size(); ++i)
            world_->shards[i]->mailbox.post([this, i, until = judge_.now()] {
                heard_[i] = until;
                judge_.all_heard(std::min(heard_[0], heard_[1]));
            });
    };
}

void Trial::make_conversations(Dice& dice) {
    const auto make = [&](const std::string& id, const std::string& kind, const std::string& creator,
                          std::vector<std::string> members) {
        store_.submit(CreateConversation{id, kind, id, creator, std::move(members), false},
                      [](const Answer&) {});
    };
    make("g0", "group", "u0", {"u1", "u2"});
    make("g1", "group", "u1", {"u2"});
    make("r0", "live_stream", "u2", {"u0"});
    busy_ = dice.one_in(2) ? "g0" : "g1";
    if (dice.one_in(6)) {  // one more member makes it wide
        busy_ = "big";
        if (dice.one_in(2)) favourite_ = {Log::Kind::kMessages, favourite_.user, {}};
        std::vector<std::string> many{"u1"};
        while (many.size() + 1 < kWideAbove) many.push_back("f" + std::to_string(many.size()));
        make("big", "group", "u0", std::move(many));
    }
    while (store_.step(dice)) judge_.tick();
    for (const auto& shard : world_->shards) shard->turn();
}

void Trial::run(const Script& script) {
    for (const Step& step : script) {
        judge_.tick();
        does(step);
        bury();
    }
}

void Trial::does(const Step& step) {
    Dice dice(step.dice);
    switch (step.act) {
        case Act::kConnect:
            return connect(dice);
        case Act::kDisconnect:
            if (Client* const one = someone_who_talks(dice)) one->disconnects();
            return;
        case Act::kBreak:
            if (Client* const one = someone(dice)) break_line(*one, dice);
            return;
        case Act::kComeBack:
            if (Client* const one = someone(dice)) come_back(*one, dice);
            return;
        case Act::kSubscribe:
            return subscribe(dice);
        case Act::kUnsubscribe:
            return unsubscribe(dice);
        case Act::kSend:
            return send(dice, 1 + dice.below(3));
        case Act::kBurst:
            return burst(dice);
        case Act::kMembership:
            return change_membership(dice);
        case Act::kAcknowledge:
            return acknowledge(dice);
        case Act::kServerTakes:
            if (Client* const one = someone(dice))
                for (std::size_t i = dice.below(4); i < 4 && one->server_takes_one(); ++i) judge_.tick();
            return;
        case Act::kClientReads:
            if (Client* const one = someone(dice))
                for (std::size_t i = dice.below(6); i < 6 && one->reads_one(); ++i) judge_.tick();
            return;
        case Act::kShardTurns:
            return let_a_shard_turn(dice);
        case Act::kStoreWorks:
            for (std::size_t i = dice.below(8); i < 8 && store_.step(dice); ++i) judge_.tick();
            return;
        case Act::kTimePasses:
            return let_some_time_pass(dice);
        case Act::kCommitFails:
            judge_.on_commit_failed();
            return store_.commit_fails_once();
        case Act::kKill:
            return kill(dice);
        case Act::kBackUp:
            return back_up();
        case Act::kRestore:
            return restore(dice);
        case Act::kResetCursor:
            return reset_cursor(dice);
        case Act::kSettle:
            return settle(dice);
    }
}

void Trial::let_a_shard_turn(Dice& dice) {
    TestShard& shard = *dice.of(world_->shards);
    shard.turn();
    for (const auto& one : clients_)
        if (&one->shard() == &shard) one->server_tells();
}

void Trial::let_some_time_pass(Dice& dice) {
    static constexpr std::array<int, 3> kTimes{50, 250, 1000};
    const int time = dice.of(kTimes);
    let_time_pass(Milliseconds(time), time >= 1000);
}

void Trial::back_up() {
    say("a backup is made");
    std::filesystem::create_directory(directory_.path() / "backup");
    store_.back_up(directory_.path() / "backup");
    backup_ = judge_;
}

// Those for whom nothing will come any more.
void Trial::bury() {
    std::erase_if(clients_, [](const auto& one) { return one->over(); });
}

Client* Trial::someone(Dice& dice) { return clients_.empty() ? nullptr : dice.of(clients_).get(); }

Client* Trial::someone_who_talks(Dice& dice) {
    Client* const one = someone(dice);
    return one != nullptr && one->talks() ? one : nullptr;
}

template <typename Is>
Client* Trial::someone_who(Is&& is, Dice& dice) {
    std::vector<Client*> some;
    for (const auto& one : clients_)
        if (one->talks() && is(*one)) some.push_back(one.get());
    return some.empty() ? nullptr : dice.of(some);
}

Client* Trial::someone_of(const std::string& user, Dice& dice) {
    return someone_who([&](const Client& one) { return one.user() == user; }, dice);
}

Client* Trial::someone_else_than(const std::string& user, Dice& dice) {
    return someone_who([&](const Client& one) { return one.user() != user; }, dice);
}

// Messages wait for his ACK.
Client* Trial::someone_who_owes(Dice& dice) {
    return someone_who(
        [](Client& one) {
            const auto open = one.open_subscriptions();
            return std::any_of(open.begin(), open.end(),
                               [](const Subscription* of) { return of->unanswered() > 0; });
        },
        dice);
}

void Trial::let_time_pass(Milliseconds time, bool flush) {
    elapsed_ += time;
    clock_.advance(time);
    world_->clock.advance(time);
    for (const auto& one : clients_) one->deadline_passes(world_->clock.monotonic());
    if (flush)
        for (const auto& shard : world_->shards) shard->flush_cursors();
}

// Each client has read some of what was under way to it.
void Trial::end_process(Dice& dice) {
    for (const auto& one : clients_)
        for (std::size_t read = dice.below(8); read > 0; --read) one->reads_one();
    store_.kill();
    clients_.clear();
    world_.reset();
    judge_.on_killed();
}

void Trial::kill(Dice& dice) {
    say("the process is killed");
    end_process(dice);
    store_.open();
    require(store_.epoch() == judge_.epoch, "another epoch after a crash");
    begin_world();
    check_store();
}

void Trial::restore(Dice& dice) {
    if (!backup_) return;
    say("the process is killed, and the backup restored");
    end_process(dice);
    store_.restore(directory_.path() / "backup");
    store_.open();
    judge_.on_restored(*backup_, store_.epoch());
    begin_world();
    check_store();
}

bool Trial::everything_moves(Dice& dice) {
    bool did = false;
    for (const auto& one : clients_) {
        while (one->server_takes_one()) did = true;
        did |= one->server_tells();
    }
    for (const auto& shard : world_->shards) did |= shard->turn();
    while (store_.step(dice)) {
        judge_.tick();
        did = true;
    }
    for (const auto& one : clients_)
        while (one->reads_one()) did = true;
    judge_.tick();
    return did;
}

// Until nothing is left to do, and pings that waited for their time have been answered.
void Trial::settle(Dice& dice) {
    say("everything settles");
    std::size_t moves = 0;
    for (std::size_t round = 0; round < kSettlingRounds; ++round) {
        while (everything_moves(dice)) require(++moves < 10'000, "it never settles");
        bury();
        let_time_pass(Milliseconds(250), true);
    }
    while (everything_moves(dice)) require(++moves < 10'000, "it never settles");
    for (const auto& one : clients_) one->check_settled();
    judge_.all_settled();
    check_store();
    say("settled");
}

// What the store would show, page by page, to those who are here.
void Trial::check_store() {
    std::vector<Log> logs;
    for (const std::string user : {"u0", "u1", "u2"}) {
        logs.push_back({Log::Kind::kPrivateMessages, user, {}});
        logs.push_back({Log::Kind::kMessages, user, {}});
        logs.push_back({Log::Kind::kInbox, user, "alerts"});
        for (const auto& id : judge_.kept.conversations())
            logs.push_back({Log::Kind::kConversation, user, id});
    }
    for (const Log& log : logs) {
        const auto expected = judge_.kept.log(log);
        std::size_t next = 0;
        Offset after{0};
        for (bool end = false; !end;) {
            const LogPage page = store_.reader().page(log, after, store_.page_limit);
            require(page.end || !page.entries.empty(), "an empty page is not the end");
            for (const LogEntry& entry : page.entries) {
                require(next < expected.size() && value(entry.offset) == expected[next]->offset &&
                            value(entry.sequence) == expected[next]->sequence,
                        "the log of " + log.user + " for " + log.name + " shows offset " +
                            std::to_string(value(entry.offset)) + " at place " + std::to_string(next));
                after = entry.offset;
                ++next;
            }
            end = page.end;
        }
        require(next == expected.size(), "the log of " + log.user + " for " + log.name + " ends too early");
    }
}

}  // namespace causeway::model
