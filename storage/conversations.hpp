// Conversations and who is in them, cached for the store thread: a message to a conversation in
// use costs no query. Knows no permissions (memberships.hpp) and no messages. Store thread only; after
// a failed commit it is thrown away together with its connection.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>

#include "broker/base/clock.hpp"
#include "storage/store.hpp"
#include "storage/users.hpp"
#include "storage/wide_spans.hpp"

namespace causeway::storage {

enum class ConversationKey : std::int64_t {};
constexpr std::int64_t value(ConversationKey key) { return static_cast<std::int64_t>(key); }

struct Conversation {
    ConversationKey key;
    ConversationKind kind;
    std::string id;
    std::string kind_name;
    std::int64_t creator;  // 0: none
    UserKey low{};         // of a direct conversation: its pair, low <= high
    UserKey high{};
    std::uint64_t last_sequence;
    MemberList members;
    Members shared;  // a copy of `members`; null: nobody has asked since the last change

    [[nodiscard]] bool has(std::string_view user) const { return members.has(user); }
    // The members now; a later change is made to another list.
    [[nodiscard]] const Members& share() {
        if (!shared) shared = std::make_shared<const MemberList>(members);
        return shared;
    }
};

// Nullopt: no such kind can be created ("direct" comes by itself).
[[nodiscard]] std::optional<ConversationKind> kind_from(std::string_view name);

class Conversations {
public:
    Conversations(Database& database, Users& users, const Clock& clock);

    // Null when there is none. Pointers and references are good until forget_some().
    [[nodiscard]] Conversation* find(std::string_view id);
    [[nodiscard]] Conversation* find_direct(UserKey one, UserKey other);

    Conversation& make(std::string_view id, std::string_view kind_name, std::string_view name,
                       std::string_view creator);
    Conversation& make_direct(std::string_view id, std::string_view one, std::string_view other);

    // Sees what comes after `now`, and again all of an earlier stay. Both note when a group becomes too large
    // for user queues, or small enough again.
    void join(Conversation& conversation, std::string_view user, std::string_view role, Offset now);
    // Sees what came until `now`.
    void leave(Conversation& conversation, std::string_view user, Offset now);
    // "owner", "admin", "member"; empty for a stranger.
    [[nodiscard]] std::string role_of(const Conversation& conversation, std::string_view user);

    // What this member does not see: everything up to here, earlier stays aside.
    [[nodiscard]] Offset joined_at(const Conversation& conversation, UserKey user);

    // Empty: made by a back end.
    [[nodiscard]] bool is_creator(const Conversation& conversation, std::string_view user);

    // Keeps the cache within its bound. Call between requests.
    void forget_some();
    // Names have changed.
    void forget_all();

private:
    using Pair = std::pair<std::int64_t, std::int64_t>;
    struct PairHash {
        std::size_t operator()(const Pair& pair) const {
            return static_cast<std::size_t>(pair.first) * 0x9E3779B97F4A7C15U ^
                   static_cast<std::size_t>(pair.second);
        }
    };
    Conversation* load(Statement::Rows& rows);
    Conversation& keep(std::unique_ptr<Conversation> conversation);

    Users& users_;
    const Clock& clock_;
    std::unordered_map<std::string, std::unique_ptr<Conversation>, StringHash, std::equal_to<>> by_id_;
    std::unordered_map<Pair, Conversation*, PairHash> by_pair_;
    std::size_t members_held_ = 0;

    WideSpans wide_spans_;
    Statement select_by_id_;
    Statement select_by_pair_;
    Statement select_last_;
    Statement select_members_;
    Statement select_role_;
    Statement insert_;
    Statement insert_member_;
    Statement delete_member_;
    Statement insert_past_;
    Statement reopen_past_;
};

}  // namespace causeway::storage
