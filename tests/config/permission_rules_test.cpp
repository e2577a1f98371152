#include <doctest/doctest.h>

#include <string>

#include "broker/config/config.hpp"

using namespace causeway::config;

namespace {

const std::string kSecret = "auth.jwt.secret = \"0123456789abcdef0123456789abcdef\"\n";

template <typename Load>
std::string error_of(Load&& load) {
    try {
        (void)load();
    } catch (const ConfigError& error) {
        return error.what();
    }
    return "accepted";
}
std::string error_in(const std::string& toml) {
    return error_of([&] { return load_text(kSecret + toml, "c.toml"); });
}

}  // namespace

TEST_CASE("permissions are read, and a broken rule stops the start by name") {
    const std::string good = R"([[permissions]]
effect = "allow"
action = ["subscribe", "send"]
destination = "/topic/news/**"
who = ["role:editor", "user:bob"]
except = "user:eve"
)";
    const Config config = load_text(kSecret + good, "c.toml");
    REQUIRE(config.permissions.size() == 1);
    CHECK(config.permissions[0].actions == std::vector<std::string>{"subscribe", "send"});
    CHECK(config.permissions[0].destinations == std::vector<std::string>{"/topic/news/**"});
    CHECK(config.permissions[0].who == std::vector<std::string>{"role:editor", "user:bob"});
    CHECK(config.permissions[0].except == std::vector<std::string>{"user:eve"});
    CHECK(config.permissions[0].where == "c.toml:2");

    const std::pair<std::string, const char*> rows[] = {
        {good + "[[permissions]]\neffect = \"alow\"\naction = \"send\"\ndestination = \"/topic/a\"\nwho = "
                "\"users\"",
         "permissions rule 2 (c.toml:8): effect \"alow\" is neither \"allow\" nor \"deny\""},
        {"[[permissions]]\nefect = \"allow\"",
         "c.toml:3:1: unknown field \"efect\" of a rule; did you mean \"effect\"?"},
        {"[[permissions]]\nzzz = 1",
         "c.toml:3:1: unknown field \"zzz\" of a rule; there are effect, action, destination, who, except"},
        {"[[permissions]]\neffect = 1", "c.toml:3:1: effect of a rule is not a text"},
        {"[[permissions]]\nwho = [1]", "c.toml:3:1: who of a rule is neither a text nor a list of texts"},
        {"[[permissions]]", "permissions rule 1 (c.toml:2): effect \"\" is neither \"allow\" nor \"deny\""},
        {"permissions = [1]", "c.toml:2:16: a rule of permissions is not a table"},
    };
    for (const auto& [toml, expected] : rows) CHECK(error_in(toml) == expected);
    CHECK(error_in("[permissions]\neffect = \"allow\"")
              .find("permissions is not a list; write [[permissions]]") != std::string::npos);
}

TEST_CASE("permissions can also be set from the command line and the environment, replacing the list") {
    const std::string list = R"([{effect="deny", action="send", destination="/app/iot/**", who="users"}])";
    for (const Config& config : {load({}, {}, {"auth.anonymous=true", "permissions=" + list}),
                                 load({}, {{"CAUSEWAY_PERMISSIONS", list}}, {"auth.anonymous=true"})}) {
        REQUIRE(config.permissions.size() == 1);
        CHECK(config.permissions[0].effect == "deny");
    }
    CHECK(error_of([&] {
              return load({}, {}, {"auth.anonymous=true", "permissions=allow"});
          }).find("--set permissions:1:") == 0);
}
