#include "broker/session/log_place.hpp"

#include <algorithm>
#include <array>

namespace causeway::session {

namespace {

constexpr std::string_view kConversations = "/topic/conversation/";
constexpr std::string_view kTopics = "/topic/";
constexpr std::string_view kUserQueues = "/user/queue/";
constexpr std::string_view kMessages = "messages";
constexpr std::string_view kPrivateMessages = "private-messages";

// What the broker answers and tells there is about now, or is itself a page of a log.
constexpr std::array<std::string_view, 8> kAnswers{
    "errors", "auth", "sync", "history", "conversations", "message-status", "unread", "user-status"};

bool is_answer(std::string_view name) {
    return std::any_of(kAnswers.begin(), kAnswers.end(), [&](std::string_view answer) {
        return name.starts_with(answer) &&
               (name.size() == answer.size() || name[answer.size()] == '/' || name[answer.size()] == '.');
    });
}

}  // namespace

bool is_inbox(std::string_view name) {
    return name != kMessages && name != kPrivateMessages && !is_answer(name);
}

std::optional<LogPlace> log_at(std::string_view destination, const std::string& user,
                               const routing::Router& router) {
    using Kind = storage::Log::Kind;
    const auto place = [&](Kind kind, std::string_view name) {
        return LogPlace{{kind, user, std::string(name)}, std::string(destination), nullptr};
    };
    if (destination.starts_with(kUserQueues)) {
        const std::string_view name = destination.substr(kUserQueues.size());
        if (name == kMessages) return place(Kind::kMessages, {});
        if (name == kPrivateMessages) return place(Kind::kPrivateMessages, {});
        if (is_inbox(name)) return place(Kind::kInbox, name);
        return std::nullopt;
    }
    if (destination.starts_with(kConversations) &&
        destination.find_first_of("/.", kConversations.size()) == std::string_view::npos)
        return place(Kind::kConversation, destination.substr(kConversations.size()));
    if (!destination.starts_with(kTopics)) return std::nullopt;
    const routing::HistoryRule* const rule = router.history_of(destination);
    if (rule == nullptr) return std::nullopt;
    LogPlace history = place(Kind::kTopic, destination.substr(kTopics.size()));
    history.rule = rule;
    return history;
}

}  // namespace causeway::session
