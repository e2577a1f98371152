// Which conversations the users of this shard's sessions are members of. Loaded from the store when
// a rule first asks, kept true by the store's commits, forgotten with the user's last session.
// One per shard, on its thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "broker/base/numbers.hpp"
#include "broker/identity/permissions.hpp"
#include "storage/store.hpp"

namespace causeway::session {

class UserMemberships final : public identity::Memberships {
public:
    [[nodiscard]] bool is_member(std::string_view conversation) const override {
        return conversations_.contains(conversation);
    }

private:
    friend class MembershipCache;
    struct Change {
        std::string conversation;
        bool member;
    };
    std::unordered_set<std::string, StringHash, std::equal_to<>> conversations_;
    std::vector<Change> while_loading_;  // commits that came before the answer of the read
    std::vector<std::function<void(bool loaded)>> waiting_;
    bool loading_ = false;
    bool loaded_ = false;
};

class MembershipCache {
public:
    using Post = std::function<void(std::function<void()>)>;

    // `store` outlives the cache; `post` runs a task on the shard's thread.
    MembershipCache(storage::Store& store, Post post) : store_(store), post_(std::move(post)) {}

    // Shared by the sessions of one user on this shard.
    [[nodiscard]] std::shared_ptr<UserMemberships> of(const std::string& user);
    // They are not loaded yet. Calls `then(loaded)` on this thread, later; false: the store failed.
    void load(const std::string& user, const std::shared_ptr<UserMemberships>& memberships,
              std::function<void(bool loaded)> then);
    void on_committed(const storage::CommittedMembership& change);
    // Null until load() has succeeded.
    [[nodiscard]] static const UserMemberships* if_loaded(
        const std::shared_ptr<UserMemberships>& memberships) {
        return memberships && memberships->loaded_ ? memberships.get() : nullptr;
    }

private:
    static void on_loaded(UserMemberships& memberships, const std::vector<std::string>* conversations);
    static void apply(UserMemberships& memberships, const UserMemberships::Change& change);

    storage::Store& store_;
    Post post_;
    std::unordered_map<std::string, std::weak_ptr<UserMemberships>> users_;
};

}  // namespace causeway::session
