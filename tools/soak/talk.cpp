#include "tools/soak/talk.hpp"

#include <algorithm>
#include <charconv>

#include "tools/bench/marker.hpp"

namespace causeway::soak {

namespace {

constexpr std::size_t kMostUnreceipted = 64;  // of a user
constexpr std::uint64_t kRetryAfter = 500'000'000;

}  // namespace

std::uint64_t number_of(std::string_view text) {
    std::uint64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

Talk::Talk(const Options& options, const Plan& plan, bench::Swarm& swarm, Recorder& recorder)
    : options_(options),
      plan_(plan),
      swarm_(swarm),
      recorder_(recorder),
      conversations_of_(options.users),
      unreceipted_(options.users),
      random_(options.seed ^ 0x7a1bULL) {
    for (std::uint64_t k = 0; k < plan.members.size(); ++k)
        for (const std::uint64_t user : plan.members[k]) conversations_of_[user].push_back(k);
}

bool Talk::say() {
    const std::uint64_t user = next_random(random_) % options_.users;
    const std::uint64_t pick = next_random(random_);
    const auto& own = conversations_of_[user];
    if (own.empty() || unreceipted_[user].size() >= kMostUnreceipted) return false;
    if (swarm_.client(user).state != bench::ClientState::kConnected) return false;
    const std::uint64_t number = messages_.size();
    messages_.push_back({own[pick % own.size()], user});
    unreceipted_[user].push_back(number);
    ++waiting_;
    recorder_.record({Fact::kAttempted, {number, messages_.back().conversation, user}});
    send(number);
    return true;
}

void Talk::send(std::uint64_t number) {
    const Message& message = messages_[number];
    std::string text;
    bench::append(text, {plan_.run, message.conversation, 0, number, 0});
    if (options_.body_bytes > text.size()) text.append(options_.body_bytes - text.size(), 'x');
    const std::string name = std::to_string(number);
    const std::string body = R"({"conversationId":")" + conversation_id(plan_, message.conversation) +
                             R"(","content":")" + text + R"(","clientMsgId":")" +
                             conversation_id(plan_, number) + "\"}";
    swarm_.send(swarm_.client(message.user), bench::encode_frame("SEND",
                                                                 {{"destination", "/app/chat"},
                                                                  {"content-type", "application/json"},
                                                                  {"receipt", "m" + name}},
                                                                 body));
}

void Talk::resume(std::uint64_t user) {
    for (const std::uint64_t number : unreceipted_[user]) send(number);
}

bool Talk::on_receipt(std::string_view message, std::string_view sequence) {
    const std::uint64_t number = number_of(message);
    if (number >= messages_.size()) return false;
    recorder_.record({Fact::kReceipted, {number, number_of(sequence)}});
    if (messages_[number].receipted) return false;
    messages_[number].receipted = true;
    --waiting_;
    auto& queue = unreceipted_[messages_[number].user];
    queue.erase(std::remove(queue.begin(), queue.end(), number), queue.end());
    return true;
}

void Talk::on_refused(std::string_view message) {
    const std::uint64_t number = number_of(message);
    if (number >= messages_.size()) return;
    recorder_.record({Fact::kRefused, {number}});
    refused_.push_back(number);
}

void Talk::retry(std::uint64_t now) {
    if (refused_.empty()) {
        retry_at_ = now + kRetryAfter;
        return;
    }
    if (now < retry_at_) return;
    retry_at_ = now + kRetryAfter;
    std::vector<std::uint64_t> again;
    again.swap(refused_);
    std::sort(again.begin(), again.end());
    for (const std::uint64_t number : again) {
        const Message& sent = messages_[number];
        if (!sent.receipted && swarm_.client(sent.user).state == bench::ClientState::kConnected) send(number);
    }
}

}  // namespace causeway::soak
