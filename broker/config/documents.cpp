#include "broker/config/documents.hpp"

#include <algorithm>

#include "broker/base/error_code.hpp"
#include "broker/config/history_table.hpp"
#include "broker/config/queue_table.hpp"
#include "broker/config/key_table.hpp"
#include "broker/config/value.hpp"

namespace causeway::config {

namespace {

std::string_view section_of(std::string_view name) {
    const std::size_t dot = name.rfind('.');
    return dot == std::string_view::npos ? std::string_view() : name.substr(0, dot);
}
std::string leaf_of(std::string_view name) { return std::string(name.substr(name.rfind('.') + 1)); }

// TOML wants the keys without a section before all sections.
std::vector<Key> in_toml_order() {
    std::vector<Key> ordered = keys();
    std::stable_partition(ordered.begin(), ordered.end(),
                          [](const Key& key) { return section_of(key.name).empty(); });
    return ordered;
}

template <typename WriteKey>
std::string by_section(WriteKey&& write_key) {
    std::string text;
    std::string_view section;
    for (const Key& key : in_toml_order()) {
        if (section_of(key.name) != section) {
            section = section_of(key.name);
            text += "\n[" + std::string(section) + "]\n";
        }
        text += write_key(key);
    }
    return text;
}

std::string variable_of(std::string_view name) {
    std::string variable = "CAUSEWAY_";
    for (const char c : name) {
        if (c == '.')
            variable += "__";
        else
            variable += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
    return variable;
}

std::string type_of(const Key& key) {
    switch (key.type) {
        case Type::kBool:
            return "true or false";
        case Type::kCount:
            return "whole number";
        case Type::kNumber:
            return "number";
        case Type::kSize:
            return "size";
        case Type::kDuration:
            return "duration";
        case Type::kList:
            return "list";
        case Type::kSecret:
            return "secret";
        case Type::kText:
            break;
    }
    if (key.one_of.empty()) return "text";
    std::string text;
    for (const char c : key.one_of) text += c == '|' ? std::string(", ") : std::string(1, c);
    return text;
}

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const auto& word : words) text += (text.empty() ? "`" : ", `") + word + "`";
    return text;
}

std::string rule_table(const std::vector<identity::RuleSpec>& rules) {
    std::string text = "| effect | action | destination | who | except |\n|---|---|---|---|---|\n";
    for (const auto& rule : rules)
        text += "| " + rule.effect + " | " + joined(rule.actions) + " | " + joined(rule.destinations) +
                " | " + joined(rule.who) + " | " + joined(rule.except) + " |\n";
    return text;
}

constexpr std::string_view kRulesExample = R"(
# Permissions: the first rule that matches decides; see docs/configuration.md.
#
# [[permissions]]
# effect = "allow"                    # or "deny"
# action = ["subscribe", "send"]      # one or both
# destination = "/topic/news/**"      # one or a list; {user}, {role}, {department}, {conversation}, {room}, {id}, {contact}
# who = "role:editor"                 # one or a list: anyone, users, anonymous, role:x, user:x, department:x
# except = ["user:eve"]               # optional: whom the rule passes over

# Topics that keep their newest messages: the first rule that matches counts; see docs/configuration.md.
#
# [[history]]
# destination = "/topic/news/**"
# count = 1000                        # at least one of count, bytes and age
# age = "7d"
# stored = true                       # on disk; else in memory
# retained = true                     # the newest one always stays, and every SUBSCRIBE gets it

# Queues for which something else holds than [queues] says: the first rule that matches counts.
#
# [[queue]]
# destination = "/queue/orders/**"
# dead_letter = "/queue/orders-failed"
# max_deliveries = 5
# redelivery_delay = "10s"
)";

constexpr std::string_view kConfigurationIntroduction = R"(# Configuration

<!-- Made from broker/config/key_table.cpp; a test compares. To renew it: CAUSEWAY_WRITE_DOCS=1 config_test -->

Every key can be set in three places; the later one wins:

1. a TOML file: `causeway --config causeway.toml`
2. the environment: `CAUSEWAY_SECTION__KEY`, two underscores for each dot
3. the command line: `--set section.key=value`

In the environment and in `--set`, lists are separated by commas. Durations are written `"500ms"`, `"10s"`, `"5m"`, `"1h"`
or `"1d"`, sizes `65536` or `"64KiB"`. A key nobody knows is an error, and so is a value of the wrong type: the broker
does not start with a configuration that may not be what you meant. `causeway check-config` tells without starting,
`causeway default-config` prints all keys.

A secret has a twin ending in `_file` that names a file with it; secrets are never printed. Such a file should be its owner's
alone (`chmod 600`): the broker warns if it is not. Relative paths start where the broker was started. The configuration is read at the start only; SIGHUP reads the certificates of `tls` again, nothing else.

Nothing is open by default: without `auth.jwt.secret_file` or `auth.anonymous` the broker refuses to start.

)";

constexpr std::string_view kRulesText = R"(## permissions

Who may SUBSCRIBE and SEND where, as a list of rules in TOML. In the environment and in `--set` the whole list is one TOML
value: `--set 'permissions=[{effect="allow", action="send", destination="/topic/news", who="users"}]'`. A later place replaces the list.

```toml
[[permissions]]
effect = "allow"
action = ["subscribe", "send"]
destination = "/topic/news/**"
who = "role:editor"
```

| field | what |
|---|---|
| `effect` | `allow` or `deny` |
| `action` | `subscribe`, `send`, or a list of both |
| `destination` | a pattern or a list: `*` is one segment, a final `**`, `>` or `#` any number; `/` and `.` are different separators |
| `who` | one or a list of `anyone`, `users` (logged in), `anonymous`, `role:x`, `user:x`, `department:x` |
| `except` | optional, the same words: whom the rule passes over |

Placeholders are whole segments of a destination:

| placeholder | stands for |
|---|---|
| `{user}` | the caller |
| `{role}`, `{department}` | any the token lists |
| `{conversation}`, `{room}` | one the caller is a member of |
| `{contact}` | a user who shares a conversation with the caller |
| `{id}` | one that the permissions claim grants: after the segment `ticket`, the claim `ticket:42` or `ticket:*` |

Names are compared as they are written in destinations, where the octets of `/ . * > # % { } : \`, blanks and control characters
are percent-encoded: the user `a.b` is `/topic/presence/a%2Eb`.

The first rule that matches decides; if none does, the answer is no. A SUBSCRIBE with wildcards is accepted if some allow rule overlaps
it, and each destination it brings still has to pass the rules. Rules that cannot be understood stop the start.

These come before yours, because only the broker may write there:

)";

constexpr std::string_view kHistoryText = R"(
## history

Which topics keep their newest messages, as a list of rules in TOML; in the environment and in `--set` as for permissions. The first rule
whose destination matches counts; a topic without one keeps nothing.

```toml
[[history]]
destination = "/topic/news/**"
count = 1000
age = "7d"
stored = true

[[history]]
destination = "/topic/price.*"
count = 1
retained = true
```

)";

constexpr std::string_view kHistoryEffects = R"(
At least one of `count`, `bytes` and `age` must be there; whichever is reached first makes the oldest messages go. A MESSAGE of such a topic
has an `offset`; SUBSCRIBE with `resume-after` and `epoch` goes on after it, and the RECEIPT says with `recovered` whether
everything since was still there. For histories in memory the epoch is that of the process. All of them together stay within
`limits.history_bytes`: beyond it the topics published to longest ago lose theirs whole, retained values last. With `stored`, a
RECEIPT for a SEND comes when the message is on disk.

Topics that the broker keeps by itself, `/topic/conversation/**`, `/topic/room/**` and `/topic/presence/**`, take no rule; one for `/topic/**` passes over them.
)";

constexpr std::string_view kQueueText = R"(
## queue

Queues for which something else holds than the section `queues` says, as a list of rules in TOML; in the environment and in `--set` as for
permissions. The first rule whose destination matches counts; what it does not name is as in `queues`. docs/queues.md tells how queues work.

```toml
[[queue]]
destination = "/queue/orders/**"
dead_letter = "/queue/orders-failed"
max_deliveries = 5
```

)";

std::string key_table() {
    Config defaults;
    std::string text;
    std::string_view section = "-";
    for (const Key& key : in_toml_order()) {
        if (section_of(key.name) != section) {
            section = section_of(key.name);
            text += (text.empty() ? "" : "\n") + std::string("## ") +
                    (section.empty() ? "general" : std::string(section)) +
                    "\n\n| key | type | default | what |\n|---|---|---|---|\n";
        }
        text += "| `" + std::string(key.name) + "` | " + type_of(key) + " | `" + written(defaults, key) +
                "` | " + std::string(key.doc) + " |\n";
    }
    return text;
}

}  // namespace

std::string default_config_toml() {
    Config defaults;
    std::string text =
        "# Causeway's configuration: every key with its default. Also as environment\n"
        "# variables, for example " +
        variable_of("limits.frame_bytes") + ", and as --set limits.frame_bytes=64KiB.\n\n";
    text += by_section([&](const Key& key) {
        return "# " + std::string(key.doc) + "\n" + leaf_of(key.name) + " = " + written(defaults, key) + "\n";
    });
    return text + std::string(kRulesExample);
}

std::string config_toml(Config config) {
    std::string text =
        by_section([&](const Key& key) { return leaf_of(key.name) + " = " + written(config, key) + "\n"; });
    for (const auto& rule : config.permissions)
        text += "\n# permissions: " + rule.effect + " " + joined(rule.actions) + " " +
                joined(rule.destinations) + " to " + joined(rule.who) +
                (rule.except.empty() ? "" : " except " + joined(rule.except)) + "\n";
    for (const auto& rule : config.history) text += "\n" + history_toml(rule);
    for (const auto& rule : config.queue) text += "\n" + queue_toml(rule);
    return text;
}

std::string configuration_markdown() {
    return std::string(kConfigurationIntroduction) + key_table() + "\n" + std::string(kRulesText) +
           rule_table(identity::Permissions::owned_rules()) + "\nand these after yours:\n\n" +
           rule_table(identity::Permissions::default_rules()) + std::string(kHistoryText) +
           history_markdown() + std::string(kHistoryEffects) + std::string(kQueueText) + queue_markdown();
}

std::string errors_markdown() {
    std::string text =
        "# Errors\n\n"
        "<!-- Made from broker/base/error_code.cpp; a test compares. To renew it: CAUSEWAY_WRITE_DOCS=1 "
        "config_test -->\n\n"
        "An ERROR frame, or a MESSAGE on `/user/queue/errors`, carries these headers and the same in its "
        "body. A violation of\n"
        "the protocol and a failed login always end the connection. Any other refusal ends it only if the "
        "session neither\n"
        "subscribed to `/user/queue/errors` nor said `on-denied: notify` in CONNECT. *Again* says whether "
        "connecting again with\n"
        "the same token can help.\n\n"
        "| `code` | `ws-code` | `number` | close code | again | when |\n|---|---|---|---|---|---|\n";
    for (std::size_t i = 0; i < kErrorCodes; ++i) {
        const ErrorRow& error = row(static_cast<ErrorCode>(i));
        text += "| `" + std::string(error.name) + "` | " + std::string(error.ws_code) + " | " +
                std::to_string(error.number) + " | " + std::to_string(error.close_code) + " | " +
                (error.come_back ? "yes" : "no") + " | " + std::string(error.when) + " |\n";
    }
    return text;
}

}  // namespace causeway::config
