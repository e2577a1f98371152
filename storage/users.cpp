#include "storage/users.hpp"

namespace causeway::storage {

namespace {

constexpr std::size_t kKnownAtMost = 262'144;

}  // namespace

Users::Users(Database& database)
    : select_(database, "SELECT user FROM users WHERE name = ?"),
      insert_(database, "INSERT INTO users (name) VALUES (?) RETURNING user"),
      select_name_(database, "SELECT name FROM users WHERE user = ?"),
      update_(database, "UPDATE users SET name = ? WHERE user = ?") {}

std::optional<UserKey> Users::find(std::string_view name) {
    if (const auto known = known_.find(name); known != known_.end()) return known->second;
    auto rows = select_.query(name);
    if (!rows.next()) return std::nullopt;
    return remember(name, rows.integer(0));
}

UserKey Users::key_of(std::string_view name) {
    if (const auto key = find(name)) return *key;
    auto rows = insert_.query(name);
    (void)rows.next();
    const std::int64_t key = rows.integer(0);
    (void)rows.next();  // the insert ends here
    return remember(name, key);
}

std::string Users::name_of(UserKey key) {
    if (const auto known = names_.find(value(key)); known != names_.end()) return known->second;
    auto rows = select_name_.query(value(key));
    if (!rows.next()) return {};
    if (names_.size() >= kKnownAtMost) names_.clear();
    return names_.emplace(value(key), rows.text(0)).first->second;
}

void Users::rename(UserKey key, std::string_view from, std::string_view to) {
    update_.run(to, value(key));
    if (const auto known = known_.find(from); known != known_.end()) known_.erase(known);
    names_.erase(value(key));
}

UserKey Users::remember(std::string_view name, std::int64_t key) {
    if (known_.size() >= kKnownAtMost) known_.clear();
    return known_.emplace(name, UserKey{key}).first->second;
}

}  // namespace causeway::storage
