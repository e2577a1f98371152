#include "broker/outbox_sender.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace causeway {

namespace {

using bridge::Fate;

constexpr Milliseconds kRetrySettling{1'000};

}  // namespace

void OutboxSender::start(bridge::Bridge& bridge) {
    bridge_ = &bridge;
    thread_ = std::thread([this] { run(); });
}

void OutboxSender::finish(Milliseconds patience) {
    if (!thread_.joinable()) return;
    {
        const std::lock_guard lock(mutex_);
        stop_at_ = clock_.monotonic() + patience;
        left_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

template <typename Leave>
void OutboxSender::leave_word(Leave leave) {
    bool first = false;
    {
        const std::lock_guard lock(mutex_);
        leave(word_);
        first = !std::exchange(left_, true);
    }
    if (first) changed_.notify_all();
}

void OutboxSender::wake() {
    leave_word([](Word& word) { word.woken = true; });
}

void OutboxSender::connected() {
    leave_word([](Word& word) { word.connected = true; });
}

void OutboxSender::retry() {
    leave_word([](Word& word) { word.retry = true; });
}

void OutboxSender::on_kept(std::vector<bridge::KeptAnswer> answers) {
    leave_word(
        [&](Word& word) { std::move(answers.begin(), answers.end(), std::back_inserter(word.answers)); });
}

void OutboxSender::run() {
    while (true) {
        Word word = next_word();
        heed(word);
        if (may_end()) return;
        if (troubled_ && in_flight_.empty()) begin_again();
        hand_over();
        read();
        settle();
    }
}

bool OutboxSender::may_end() {
    std::optional<Monotonic> stop_at;
    {
        const std::lock_guard lock(mutex_);
        stop_at = stop_at_;
    }
    if (!stop_at) return false;
    if (clock_.monotonic() >= *stop_at) return true;
    if (!in_flight_.empty() || !settling_.empty() || !to_settle_.empty()) return false;
    const bool all_sent = page_.empty() && !reading_ && !more_;
    return all_sent || bridge_->status().state != bridge::LinkState::kConnected;
}

OutboxSender::Word OutboxSender::next_word() {
    std::unique_lock lock(mutex_);
    Monotonic until = next_wake();
    if (stop_at_) until = std::min(until, *stop_at_);
    changed_.wait_until(lock, until, [this] { return left_; });
    left_ = false;
    return std::exchange(word_, {});
}

// When there is something to do although nobody says a word.
Monotonic OutboxSender::next_wake() const {
    Monotonic next = clock_.monotonic() + kHeldFor;
    if (!held_.empty()) next = std::min(next, held_until_);
    if (!page_.empty() && in_flight_.empty() && !troubled_ && confirmed_.size() < kMostSettling)
        next = std::min(next, resume_at_);
    if (page_.empty() && more_ && !reading_) next = std::min(next, resume_at_);
    if (!to_settle_.empty() && settling_.empty()) next = std::min(next, settle_at_);
    return next;
}

void OutboxSender::heed(Word& word) {
    if (word.woken) more_ = true;
    if (word.connected) resume_at_ = {};
    for (const auto& answer : word.answers) on_answer(answer);
    if (word.settled) on_settled(*word.settled);
    if (word.page) {
        reading_ = false;
        if (auto* const events = std::get_if<std::vector<storage::OutboxEvent>>(&*word.page))
            on_page(std::move(*events));
        else
            pause("the outbox cannot be read: " + std::get<storage::ReadFailed>(*word.page).what);
    }
    if (word.retry || (!held_.empty() && clock_.monotonic() >= held_until_)) {
        held_.clear();
        pause_ = Milliseconds{0};
        troubled_ = true;
    }
}

void OutboxSender::on_page(std::vector<storage::OutboxEvent> events) {
    const bool stale = std::exchange(stale_, false);
    if (stale || events.size() == kPage) more_ = true;
    for (auto& event : events) {
        if (stale) break;
        after_ = std::max(after_, event.id);
        if (!is_known(event.id)) page_.push_back(std::move(event));
    }
    for (const std::uint64_t id : std::exchange(gone_, {})) confirmed_.erase(id);
}

bool OutboxSender::is_known(std::uint64_t id) const {
    return confirmed_.contains(id) || held_.contains(id) || in_flight_.contains(id);
}

void OutboxSender::on_answer(const bridge::KeptAnswer& answer) {
    if (in_flight_.erase(answer.id) == 0) return;
    switch (answer.fate) {
        case Fate::kStored:
        case Fate::kSent:
            confirmed_.insert(answer.id);
            to_settle_.push_back(answer.id);
            pause_ = kFirstPause;
            if (!told_.empty()) spdlog::info("outbox: events are taken again");
            told_.clear();
            return;
        case Fate::kRefused:
            spdlog::error("outbox: event {} is refused and set aside: {}", answer.id, answer.detail);
            held_.insert(answer.id);
            held_until_ = clock_.monotonic() + kHeldFor;
            return;
        case Fate::kUncertain:
            troubled_ = true;
            if (told_ != answer.detail) spdlog::warn("outbox: events wait: {}", answer.detail);
            told_ = answer.detail;
            return;
    }
}

// From the first event on, in a while: what followed the one in trouble is to follow it again.
void OutboxSender::begin_again() {
    troubled_ = false;
    page_.clear();
    after_ = 0;
    more_ = true;
    stale_ = reading_;
    resume_at_ = clock_.monotonic() + pause_;
    pause_ = std::clamp(pause_ * 2, kFirstPause, kLongestPause);
}

void OutboxSender::pause(const std::string& why) {
    spdlog::warn("outbox: {}", why);
    more_ = true;
    resume_at_ = clock_.monotonic() + std::max(pause_, kFirstPause);
    pause_ = std::clamp(pause_ * 2, kFirstPause, kLongestPause);
}

void OutboxSender::hand_over() {
    while (!page_.empty() && !troubled_ && clock_.monotonic() >= resume_at_ &&
           confirmed_.size() < kMostSettling) {
        const storage::OutboxEvent& event = page_.front();
        auto subject = bridge::Subject::parse(event.subject);
        if (const auto* fault = std::get_if<std::string>(&subject)) {
            spdlog::error("outbox: event {} is set aside: its subject {}", event.id, *fault);
            held_.insert(event.id);
            held_until_ = clock_.monotonic() + kHeldFor;
            page_.pop_front();
            continue;
        }
        bridge::Outgoing message{
            std::get<bridge::Subject>(std::move(subject)), event.payload, {}, event.msg_id};
        in_flight_.insert(event.id);
        if (!bridge_->publish_kept({event.id, std::move(message)})) {
            in_flight_.erase(event.id);
            // With nothing under way no answer will make us look again.
            if (in_flight_.empty()) resume_at_ = clock_.monotonic() + kFirstPause;
            return;
        }
        page_.pop_front();
    }
}

void OutboxSender::read() {
    if (reading_ || !more_ || !page_.empty() || troubled_ || clock_.monotonic() < resume_at_) return;
    reading_ = true;
    more_ = false;
    care_.read_outbox(after_, kPage,
                      [this](std::variant<std::vector<storage::OutboxEvent>, storage::ReadFailed> page) {
                          leave_word([&](Word& word) { word.page = std::move(page); });
                      });
}

// One removal at a time; what is confirmed meanwhile goes with the next.
void OutboxSender::settle() {
    if (to_settle_.empty() || !settling_.empty() || clock_.monotonic() < settle_at_) return;
    settling_ = std::exchange(to_settle_, {});
    store_.submit(storage::SettleOutbox{settling_}, [this](const storage::Answer& answer) {
        const bool done = !std::holds_alternative<Refusal>(answer);
        leave_word([done](Word& word) { word.settled = done; });
    });
}

void OutboxSender::on_settled(bool done) {
    if (done) {
        // A page asked for before this commit may still have them.
        if (!reading_)
            for (const std::uint64_t id : settling_) confirmed_.erase(id);
        else
            gone_.insert(gone_.end(), settling_.begin(), settling_.end());
        settling_.clear();
        return;
    }
    settle_at_ = clock_.monotonic() + kRetrySettling;
    to_settle_.insert(to_settle_.end(), settling_.begin(), settling_.end());
    settling_.clear();
}

}  // namespace causeway
