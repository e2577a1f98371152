#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "broker/identity/permissions.hpp"

using namespace causeway::identity;

namespace {

RuleSpec rule(std::string effect, std::string action, std::string destination, std::string who) {
    return {std::move(effect), {std::move(action)}, {std::move(destination)}, {std::move(who)}, {}, {}};
}

std::string error_of(const std::vector<RuleSpec>& rules) {
    try {
        const Permissions permissions(rules);
    } catch (const PermissionError& error) {
        return error.what();
    }
    return "accepted";
}

}  // namespace

TEST_CASE("a broken rule is refused by name, with what would be right") {
    const auto with_where = [](RuleSpec spec) {
        spec.where = "causeway.toml:14";
        return spec;
    };
    const auto good = rule("allow", "send", "/topic/a", "users");
    CHECK(error_of({good}) == "accepted");
    CHECK(error_of({good, with_where(rule("permit", "send", "/topic/a", "users"))}) ==
          "permissions rule 2 (causeway.toml:14): effect \"permit\" is neither \"allow\" nor \"deny\"");
    CHECK(error_of({rule("allow", "publish", "/topic/a", "users")}) ==
          "permissions rule 1: action \"publish\" is neither \"subscribe\" nor \"send\"");
    CHECK(error_of({rule("allow", "send", "/topic/{usr}", "users")}) ==
          "permissions rule 1: destination \"/topic/{usr}\": pattern has the segment \"{usr}\"; placeholders "
          "are whole segments: "
          "{user}, {role}, {department}, {conversation}, {room}, {id}, {contact}");
    CHECK(error_of({rule("allow", "send", "/topic/a-{user}", "users")}).find("whole segments") !=
          std::string::npos);
    CHECK(error_of({rule("allow", "send", "/topic/**/a", "users")}).find("before its end") !=
          std::string::npos);
    CHECK(error_of({rule("allow", "send", "topic/a", "users")}).find("does not begin with '/'") !=
          std::string::npos);
    CHECK(error_of({rule("allow", "send", "/topics/a", "users")}).find("no destination matches it") !=
          std::string::npos);
    CHECK(error_of({rule("allow", "send", "/topic/a", "admin")}) ==
          "permissions rule 1: who \"admin\" is none of \"anyone\", \"users\", \"anonymous\", \"role:…\", "
          "\"user:…\", \"department:…\"");
    CHECK(error_of({rule("allow", "send", "/topic/a", "role:")}).find("who \"role:\"") != std::string::npos);
    CHECK(error_of({{"allow", {}, {"/topic/a"}, {"users"}, {}, {}}}).find("action is missing") !=
          std::string::npos);
    CHECK(error_of({{"allow", {"send"}, {}, {"users"}, {}, {}}}).find("destination is missing") !=
          std::string::npos);
    CHECK(error_of({{"allow", {"send"}, {"/topic/a"}, {}, {}, {}}}).find("who is missing") !=
          std::string::npos);
}
