#include "storage/conversations.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "storage/stored_kind.hpp"

namespace causeway::storage {

namespace {

constexpr std::size_t kConversationsHeld = 65'536;
constexpr std::size_t kMembersHeld = 4'000'000;

constexpr std::array<std::string_view, 4> kRoomKinds{"drama_chat", "live_stream", "ai_assistant",
                                                     "cultural_circle"};

}  // namespace

std::optional<ConversationKind> kind_from(std::string_view name) {
    if (name == "group") return ConversationKind::kGroup;
    if (std::find(kRoomKinds.begin(), kRoomKinds.end(), name) != kRoomKinds.end())
        return ConversationKind::kRoom;
    return std::nullopt;
}

#define CAUSEWAY_CONVERSATION_COLUMNS \
    "SELECT conversation, id, kind, creator, low_user, high_user FROM conversations "

Conversations::Conversations(Database& database, Users& users, const Clock& clock)
    : users_(users),
      clock_(clock),
      wide_spans_(database),
      select_by_id_(database, CAUSEWAY_CONVERSATION_COLUMNS "WHERE id = ?"),
      select_by_pair_(database, CAUSEWAY_CONVERSATION_COLUMNS
                      "WHERE low_user = ? AND high_user = ? AND low_user IS NOT NULL"),
      select_last_(database,
                   "SELECT coalesce((SELECT sequence FROM conversation_log WHERE conversation = ?1 ORDER BY "
                   "offset DESC "
                   "LIMIT 1), (SELECT sequence FROM floors WHERE kind = 1 AND owner = ?1), 0)"),
      select_members_(
          database, "SELECT u.name FROM members m JOIN users u ON u.user = m.user WHERE m.conversation = ?"),
      select_role_(database, "SELECT role, joined_at FROM members WHERE conversation = ? AND user = ?"),
      insert_(database,
              "INSERT INTO conversations (id, kind, name, creator, low_user, high_user, created_at) "
              "VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING conversation"),
      insert_member_(database,
                     "INSERT INTO members (conversation, user, role, joined_at) VALUES (?, ?, ?, ?)"),
      delete_member_(database, "DELETE FROM members WHERE conversation = ? AND user = ?"),
      insert_past_(database,
                   "INSERT INTO past_members (conversation, user, joined_at, left_at) VALUES (?, ?, ?, ?)"),
      reopen_past_(
          database,
          "DELETE FROM past_members WHERE conversation = ? AND user = ? AND left_at = ? "
          "AND joined_at = (SELECT max(joined_at) FROM past_members WHERE conversation = ?1 AND user = ?2) "
          "RETURNING joined_at") {}

#undef CAUSEWAY_CONVERSATION_COLUMNS

Conversation* Conversations::find(std::string_view id) {
    if (const auto held = by_id_.find(id); held != by_id_.end()) return held->second.get();
    auto rows = select_by_id_.query(id);
    return load(rows);
}

Conversation* Conversations::find_direct(UserKey one, UserKey other) {
    const Pair pair = std::minmax({value(one), value(other)});
    if (const auto held = by_pair_.find(pair); held != by_pair_.end()) return held->second;
    auto rows = select_by_pair_.query(pair.first, pair.second);
    return load(rows);
}

Conversation* Conversations::load(Statement::Rows& rows) {
    if (!rows.next()) return nullptr;
    auto loaded = std::make_unique<Conversation>();
    loaded->key = ConversationKey{rows.integer(0)};
    loaded->id = rows.text(1);
    loaded->kind_name = rows.text(2);
    loaded->kind = stored_kind(loaded->kind_name);
    loaded->creator = rows.integer(3);
    loaded->low = UserKey{rows.integer(4)};
    loaded->high = UserKey{rows.integer(5)};
    auto last = select_last_.query(value(loaded->key));
    loaded->last_sequence = last.next() ? last.number(0) : 0;
    std::vector<std::string> names;
    auto members = select_members_.query(value(loaded->key));
    while (members.next()) names.emplace_back(members.text(0));
    loaded->members = MemberList(std::move(names));
    return &keep(std::move(loaded));
}

Conversation& Conversations::keep(std::unique_ptr<Conversation> conversation) {
    Conversation& kept = *conversation;
    members_held_ += kept.members.size();
    if (kept.kind == ConversationKind::kDirect) by_pair_[{value(kept.low), value(kept.high)}] = &kept;
    by_id_.emplace(kept.id, std::move(conversation));
    return kept;
}

Conversation& Conversations::make(std::string_view id, std::string_view kind_name, std::string_view name,
                                  std::string_view creator) {
    std::optional<std::int64_t> creator_key;
    if (!creator.empty()) creator_key = value(users_.key_of(creator));
    const std::optional<std::int64_t> none;
    auto rows = insert_.query(id, kind_name, name, creator_key, none, none, to_ms(clock_.wall()));
    (void)rows.next();
    auto made = std::make_unique<Conversation>();
    made->key = ConversationKey{rows.integer(0)};
    (void)rows.next();  // the insert ends here
    made->id = id;
    made->kind_name = kind_name;
    made->kind = stored_kind(kind_name);
    made->creator = creator_key.value_or(0);
    return keep(std::move(made));
}

Conversation& Conversations::make_direct(std::string_view id, std::string_view one, std::string_view other) {
    const auto [low_user, high_user] = std::minmax({value(users_.key_of(one)), value(users_.key_of(other))});
    const std::optional<std::int64_t> none;
    const std::string_view kind = "direct";
    auto rows = insert_.query(id, kind, std::string_view{}, none, low_user, high_user, to_ms(clock_.wall()));
    (void)rows.next();
    auto made = std::make_unique<Conversation>();
    made->key = ConversationKey{rows.integer(0)};
    (void)rows.next();  // the insert ends here
    made->id = id;
    made->kind_name = kind;
    made->kind = ConversationKind::kDirect;
    made->low = UserKey{low_user};
    made->high = UserKey{high_user};
    Conversation& kept = keep(std::move(made));
    join(kept, one, "member", Offset{0});
    if (one != other) join(kept, other, "member", Offset{0});
    return kept;
}

void Conversations::join(Conversation& conversation, std::string_view user, std::string_view role,
                         Offset now) {
    const std::int64_t key = value(users_.key_of(user));
    std::int64_t joined_at = static_cast<std::int64_t>(value(now));
    // Away while nothing was said: one stay, so that coming and going leaves no trail of rows.
    {
        auto rows = reopen_past_.query(value(conversation.key), key, joined_at);
        while (rows.next()) joined_at = rows.integer(0);
    }
    insert_member_.run(value(conversation.key), key, role, joined_at);
    conversation.members.insert(user);
    conversation.shared = nullptr;
    ++members_held_;
    if (conversation.kind == ConversationKind::kGroup &&
        conversation.members.size() == kMaxMembersOnUserQueues + 1)
        wide_spans_.begin(value(conversation.key), static_cast<std::int64_t>(value(now)));
}

void Conversations::leave(Conversation& conversation, std::string_view user, Offset now) {
    const std::int64_t key = value(users_.key_of(user));
    std::int64_t joined_at = 0;
    {
        auto rows = select_role_.query(value(conversation.key), key);
        if (rows.next()) joined_at = rows.integer(1);
    }
    delete_member_.run(value(conversation.key), key);
    const auto left_at = static_cast<std::int64_t>(value(now));
    if (joined_at < left_at) insert_past_.run(value(conversation.key), key, joined_at, left_at);
    if (!conversation.members.erase(user)) return;
    conversation.shared = nullptr;
    if (conversation.kind == ConversationKind::kGroup &&
        conversation.members.size() == kMaxMembersOnUserQueues)
        wide_spans_.end(value(conversation.key), left_at);
}

std::string Conversations::role_of(const Conversation& conversation, std::string_view user) {
    const auto key = users_.find(user);
    if (!key) return {};
    auto rows = select_role_.query(value(conversation.key), value(*key));
    return rows.next() ? std::string(rows.text(0)) : std::string();
}

Offset Conversations::joined_at(const Conversation& conversation, UserKey user) {
    auto rows = select_role_.query(value(conversation.key), value(user));
    return rows.next() ? Offset{rows.number(1)} : Offset{0};
}

bool Conversations::is_creator(const Conversation& conversation, std::string_view user) {
    if (user.empty()) return conversation.creator == 0;
    const auto key = users_.find(user);
    return key && value(*key) == conversation.creator;
}

void Conversations::forget_some() {
    if (by_id_.size() > kConversationsHeld || members_held_ > kMembersHeld) forget_all();
}

void Conversations::forget_all() {
    by_pair_.clear();
    by_id_.clear();
    members_held_ = 0;
}

}  // namespace causeway::storage
