#include "broker/app/queue_names.hpp"

#include "broker/routing/destination.hpp"

namespace causeway::app {

namespace {

constexpr std::size_t kFew = 8;

std::vector<std::string> names_of(const storage::MemberList& members) {
    std::vector<std::string> names;
    names.reserve(members.size());
    for (const std::string& member : members) names.push_back(routing::user_destination(member, "messages"));
    return names;
}

}  // namespace

const std::vector<std::string>& QueueNames::of(const storage::Members& members) {
    if (members->size() <= kFew) return few_ = names_of(*members);
    if (const auto known = by_members_.find(members.get()); known != by_members_.end()) {
        by_use_.splice(by_use_.begin(), by_use_, known->second);
        return by_use_.front().names;
    }
    by_use_.push_front({members, names_of(*members)});
    by_members_.emplace(members.get(), by_use_.begin());
    kept_ += members->size();
    while (kept_ > most_ && by_use_.size() > 1) {
        kept_ -= by_use_.back().names.size();
        by_members_.erase(by_use_.back().members.get());
        by_use_.pop_back();
    }
    return by_use_.front().names;
}

}  // namespace causeway::app
