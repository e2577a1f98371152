#include "tools/soak/soak.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tools/bench/process_reading.hpp"

namespace causeway::soak {

namespace {

using bench::now_ns;

constexpr std::uint64_t kSecond = 1'000'000'000;
constexpr std::uint64_t kTurn = kSecond / 50;
constexpr std::uint64_t kMostConnecting = 50;  // the broker bounds strangers of one address
constexpr int kClientsOfAUser = 3;             // says and hears exactly; hears as a device; reads again

std::uint64_t ns(double seconds) { return static_cast<std::uint64_t>(seconds * 1e9); }

bench::Options target_of(const Options& options) {
    bench::Options target;
    target.url = options.url;
    target.allow_remote = options.allow_remote;
    target.tokens = options.tokens;
    target.connect_headers = {
        {"Authorization", "Bearer {token}"}, {"deviceId", "soak-{i}"}, {"on-denied", "notify"}};
    target.seed = options.seed;
    return target;
}

}  // namespace

Soak::Soak(const Options& options, const Plan& plan, Recorder& recorder, BrokerChild* child)
    : options_(options),
      plan_(plan),
      target_(target_of(options)),
      child_(child),
      recorder_(recorder),
      swarm_(target_, options.users * kClientsOfAUser),
      talk_(options, plan, swarm_, recorder),
      listening_(plan, swarm_, recorder, recorder.ledger().listeners()),
      wanted_(options.users * kClientsOfAUser),
      reopen_at_(options.users * kClientsOfAUser),
      made_(plan.members.size()),
      unmade_(plan.members.size()),
      random_(options.seed ^ 0x50aaULL),
      progress_at_(now_ns()),
      started_at_(now_ns()) {
    swarm_.set_listener(*this);
}

void Soak::run() {
    set_up();
    talk_for_a_while();
    drain();
    if (child_ != nullptr && options_.kill_every_seconds > 0) {
        recorder_.record({Fact::kKilled, {since_start_ms()}});
        child_->kill_and_restart();
    }
    reread();
}

void Soak::set_up() {
    for (std::uint64_t k = 0; k < plan_.members.size(); ++k)
        for (const std::uint64_t user : plan_.members[k]) {
            listening_.add(user, Place::kExact, k);
            listening_.add(options_.users + user, Place::kDevice, k);
        }
    connect_all(0, options_.users * 2);
    while (!listens_ || !listening_.all_placed()) {
        if (stuck()) throw NoBroker(trouble("not everybody could connect and subscribe"));
        turn(now_ns() + kTurn);
    }
}

void Soak::talk_for_a_while() {
    const std::uint64_t begin = now_ns();
    const std::uint64_t end = begin + ns(options_.duration_seconds);
    std::uint64_t due = 0;
    for (std::uint64_t now = begin; now < end; now = now_ns()) {
        const double elapsed = static_cast<double>(now - begin) / 1e9;
        // What is due while its user is away is not said at all.
        for (; static_cast<double>(due) < elapsed * options_.rate; ++due) talk_.say();
        talk_.retry(now);
        kill_if_due();
        if (talk_.waiting() == 0 && listening_.all_placed()) progress_at_ = now;  // nothing is due
        if (stuck()) throw NoBroker(trouble("nothing moves any more"));
        const double next = static_cast<double>(due) / options_.rate;
        turn(std::min(begin + ns(next), now + kTurn));
    }
}

void Soak::drain() {
    progress_at_ = now_ns();
    for (bool done = false; !done && !stuck();) {
        for (const std::uint64_t look = now_ns() + kSecond / 5; now_ns() < look;) {
            talk_.retry(now_ns());
            turn(now_ns() + kTurn);
        }
        done = talk_.waiting() == 0 && recorder_.ledger().awaited() == 0;
    }
    // Whatever is in flight beside what is awaited: a repeat, or what nobody sent.
    for (const std::uint64_t end = now_ns() + kSecond / 2; now_ns() < end;) turn(now_ns() + kTurn);
    recorder_.record({Fact::kDrained, {}});
}

void Soak::reread() {
    for (std::uint64_t i = 0; i < options_.users * 2; ++i) {
        wanted_[i] = false;
        bench::Client& client = swarm_.client(i);
        if (client.state == bench::ClientState::kConnected) swarm_.close(client);
    }
    listening_.forget();
    last_refusal_.clear();
    for (std::uint64_t k = 0; k < plan_.members.size(); ++k)
        listening_.add(options_.users * 2 + plan_.members[k].front(), Place::kLog, k);
    listens_ = true;
    connect_all(options_.users * 2, options_.users * kClientsOfAUser);
    while (!listening_.all_read()) {
        // A broker that answers, but knows the conversation no more, has lost what was in it.
        if (stuck() && swarm_.connected() > 0 && !last_refusal_.empty()) break;
        if (stuck()) throw NoBroker(trouble("the conversations could not be read again"));
        turn(now_ns() + kTurn);
    }
    recorder_.record({Fact::kReread, {}});
    recorder_.flush();
}

void Soak::connect_all(std::uint64_t first, std::uint64_t last) {
    for (std::uint64_t i = first; i < last; ++i) {
        wanted_[i] = true;
        reopen_at_[i] = 1;
    }
    progress_at_ = now_ns();
}

void Soak::turn(std::uint64_t until) {
    const std::uint64_t now = now_ns();
    if (child_ != nullptr && child_->restart_if_ended())
        recorder_.record({Fact::kCrashed, {since_start_ms()}});
    for (std::uint64_t i = 0; i < wanted_.size() && swarm_.connecting() < kMostConnecting; ++i)
        if (wanted_[i] && reopen_at_[i] != 0 && reopen_at_[i] <= now) {
            reopen_at_[i] = 0;
            swarm_.open(swarm_.client(i));
        }
    recorder_.flush();
    swarm_.turn(until);
}

void Soak::kill_if_due() {
    if (child_ == nullptr || options_.kill_every_seconds <= 0) return;
    const std::uint64_t now = now_ns();
    const bool due = kill_at_ != 0 && now >= kill_at_;
    if (due) {
        recorder_.record({Fact::kKilled, {since_start_ms()}});
        child_->kill_and_restart();
    }
    if (due || kill_at_ == 0)
        kill_at_ = now + ns(options_.kill_every_seconds * (0.5 + next_fraction(random_)));
}

void Soak::on_connected(bench::Client& client) {
    if (!wanted_[client.index]) return swarm_.close(client);
    swarm_.send(client,
                bench::encode_frame("SUBSCRIBE", {{"id", "e"}, {"destination", "/user/queue/errors"}}));
    if (listens_) listening_.resume(client.index);
    if (client.index >= options_.users) return;
    if (!listens_)
        make_conversations(client.index);
    else
        talk_.resume(client.index);
}

void Soak::make_conversations(std::uint64_t user) {
    for (std::uint64_t k = 0; k < plan_.members.size(); ++k) {
        if (plan_.members[k].front() != user || made_[k]) continue;
        nlohmann::json body{{"conversationId", conversation_id(plan_, k)}};
        for (const std::uint64_t member : plan_.members[k]) body["members"].push_back(options_.names[member]);
        swarm_.send(swarm_.client(user), bench::encode_frame("SEND",
                                                             {{"destination", "/app/conversations/create"},
                                                              {"content-type", "application/json"},
                                                              {"receipt", "c" + std::to_string(k)}},
                                                             body.dump()));
    }
}

void Soak::on_frame(bench::Client& client, const bench::FrameView& frame, std::uint64_t now) {
    if (frame.command == "RECEIPT") {
        progress_at_ = now;
        on_receipt(client, frame);
    } else if (frame.command == "MESSAGE") {
        if (listening_.on_message(client.index, frame))
            progress_at_ = now;
        else if (frame.header("subscription") == "e")
            on_refusal(frame);
    }
}

void Soak::on_receipt(bench::Client&, const bench::FrameView& frame) {
    const std::string_view id = frame.header("receipt-id");
    if (id.empty()) return;
    const std::string_view number = id.substr(1);
    if (id[0] == 'm') (void)talk_.on_receipt(number, frame.header("sequence"));
    if (id[0] == 's') listening_.on_receipt(number, frame);
    if (id[0] != 'c') return;
    const std::uint64_t k = number_of(number);
    if (k >= made_.size() || made_[k]) return;
    made_[k] = true;
    if (--unmade_ > 0) return;
    listens_ = true;
    for (std::uint64_t i = 0; i < swarm_.size(); ++i)
        if (swarm_.client(i).state == bench::ClientState::kConnected) listening_.resume(i);
}

void Soak::on_refusal(const bench::FrameView& frame) {
    last_refusal_ = frame.header("code");
    (last_refusal_ += ": ") += frame.header("message");
    const std::string_view id = frame.header("receipt-id");
    if (!id.empty() && id[0] == 'm') talk_.on_refused(id.substr(1));
}

void Soak::on_closed(bench::Client& client, bool, std::string_view) {
    listening_.on_closed(client.index);
    constexpr std::uint64_t kShortest = kSecond / 20;
    reopen_at_[client.index] = now_ns() + kShortest + next_random(random_) % (kSecond / 5);
}

bool Soak::stuck() const { return now_ns() > progress_at_ + ns(options_.settle_seconds); }

std::uint64_t Soak::since_start_ms() const { return (now_ns() - started_at_) / 1'000'000; }

std::string Soak::trouble(const std::string& what) const {
    std::string text = what + " within " + std::to_string(static_cast<int>(options_.settle_seconds)) + " s";
    if (!last_refusal_.empty()) return text + "; the last refusal was " + last_refusal_;
    if (!swarm_.first_trouble().empty()) text += "; the first trouble was " + swarm_.first_trouble();
    return text;
}

}  // namespace causeway::soak
