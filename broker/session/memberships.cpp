#include "broker/session/memberships.hpp"

#include <cassert>
#include <utility>

namespace causeway::session {

std::shared_ptr<UserMemberships> MembershipCache::of(const std::string& user) {
    std::weak_ptr<UserMemberships>& entry = users_[user];
    if (auto memberships = entry.lock()) return memberships;
    // The deleter takes the entry away with the user's last session; the cache outlives its sessions.
    std::shared_ptr<UserMemberships> memberships(new UserMemberships, [this, user](UserMemberships* gone) {
        delete gone;
        if (const auto found = users_.find(user); found != users_.end() && found->second.expired())
            users_.erase(found);
    });
    entry = memberships;
    return memberships;
}

void MembershipCache::load(const std::string& user, const std::shared_ptr<UserMemberships>& memberships,
                           std::function<void(bool)> then) {
    assert(!memberships->loaded_);
    memberships->waiting_.push_back(std::move(then));
    if (std::exchange(memberships->loading_, true)) return;
    store_.read_memberships(user, [post = post_, weak = std::weak_ptr(memberships)](auto result) {
        post([weak, result = std::move(result)] {
            if (const auto user_memberships = weak.lock())
                on_loaded(*user_memberships, std::get_if<std::vector<std::string>>(&result));
        });
    });
}

void MembershipCache::on_loaded(UserMemberships& memberships, const std::vector<std::string>* conversations) {
    memberships.loading_ = false;
    memberships.loaded_ = conversations != nullptr;
    if (conversations != nullptr)
        memberships.conversations_.insert(conversations->begin(), conversations->end());
    // The read may have seen these commits or not; applying them again, in order, comes to the same.
    for (const auto& change : std::exchange(memberships.while_loading_, {})) apply(memberships, change);
    for (const auto& then : std::exchange(memberships.waiting_, {})) then(memberships.loaded_);
}

void MembershipCache::on_committed(const storage::CommittedMembership& change) {
    const auto found = users_.find(change.user);
    if (found == users_.end()) return;
    const auto memberships = found->second.lock();
    if (!memberships) return;
    if (memberships->loading_) memberships->while_loading_.push_back({change.conversation, change.member});
    if (memberships->loaded_) apply(*memberships, {change.conversation, change.member});
}

void MembershipCache::apply(UserMemberships& memberships, const UserMemberships::Change& change) {
    if (change.member)
        memberships.conversations_.insert(change.conversation);
    else
        memberships.conversations_.erase(change.conversation);
}

}  // namespace causeway::session
