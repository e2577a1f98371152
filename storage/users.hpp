// Names of users and the integer keys they have in the tables. A user exists from the first row
// that mentions him; he need never have logged in. Store thread only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

#include "broker/base/numbers.hpp"
#include "storage/statement.hpp"

namespace causeway::storage {

enum class UserKey : std::int64_t {};
constexpr std::int64_t value(UserKey key) { return static_cast<std::int64_t>(key); }

class Users {
public:
    explicit Users(Database& database);
    // Not known: nullopt.
    [[nodiscard]] std::optional<UserKey> find(std::string_view name);
    // Not known: made, within the open transaction.
    [[nodiscard]] UserKey key_of(std::string_view name);
    // Empty for a key that no user has.
    [[nodiscard]] std::string name_of(UserKey key);
    // Names that were made are rolled back.
    void forget_all() {
        known_.clear();
        names_.clear();
    }
    // The key stays; the old name is free.
    void rename(UserKey key, std::string_view from, std::string_view to);

private:
    UserKey remember(std::string_view name, std::int64_t key);

    std::unordered_map<std::string, UserKey, StringHash, std::equal_to<>> known_;  // bounded; a cache
    Statement select_;
    std::unordered_map<std::int64_t, std::string> names_;  // bounded, too
    Statement insert_;
    Statement select_name_;
    Statement update_;
};

}  // namespace causeway::storage
