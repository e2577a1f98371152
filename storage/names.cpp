#include "storage/names.hpp"

#include "storage/stored_kind.hpp"

namespace causeway::storage {

namespace {

constexpr std::string_view kUser = "/user/";
constexpr std::string_view kQueue = "/queue/";

std::optional<std::int64_t> only(Statement::Rows rows) {
    if (!rows.next()) return std::nullopt;
    return rows.integer(0);
}

// Of /user/{name}/queue/x: x. A name has no separator in it.
std::string_view queue_of(std::string_view destination) {
    if (!destination.starts_with(kUser)) return {};
    const auto end_of_name = destination.find('/', kUser.size());
    if (end_of_name == std::string_view::npos) return {};
    destination.remove_prefix(end_of_name);
    return destination.starts_with(kQueue) ? destination.substr(kQueue.size()) : std::string_view{};
}

}  // namespace

Names::Names(Database& database)
    : select_user_(database, "SELECT user FROM users WHERE name = ?"),
      select_conversation_(database, "SELECT conversation, kind FROM conversations WHERE id = ?"),
      select_log_(database, "SELECT log, user FROM logs WHERE destination = ?"),
      select_inbox_(database, "SELECT log, destination FROM logs WHERE user = ?") {}

std::optional<std::int64_t> Names::user(std::string_view name) { return only(select_user_.query(name)); }

std::optional<Names::Known> Names::conversation(std::string_view id) {
    auto rows = select_conversation_.query(id);
    if (!rows.next()) return std::nullopt;
    return Known{rows.integer(0), stored_kind(rows.text(1))};
}

std::optional<Names::Destination> Names::log(std::string_view destination) {
    auto rows = select_log_.query(destination);
    if (!rows.next()) return std::nullopt;
    return Destination{rows.integer(0), rows.integer(1), std::string(destination)};
}

std::vector<Names::Destination> Names::inbox(std::int64_t user) {
    std::vector<Destination> logs;
    auto rows = select_inbox_.query(user);
    while (rows.next()) logs.push_back({rows.integer(0), user, std::string(rows.text(1))});
    return logs;
}

std::optional<Names::Destination> Names::queue(std::int64_t user, std::string_view user_name,
                                               std::string_view name) {
    // Most names are their own encoding.
    std::string plain(kUser);
    plain.append(user_name).append(kQueue).append(name);
    auto found = log(plain);
    if (found && found->user == user) return found;
    auto rows = select_inbox_.query(user);
    while (rows.next())
        if (queue_of(rows.text(1)) == name)
            return Destination{rows.integer(0), user, std::string(rows.text(1))};
    return std::nullopt;
}

}  // namespace causeway::storage
