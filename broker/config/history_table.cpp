#include "broker/config/history_table.hpp"

#include <algorithm>
#include <iterator>

namespace causeway::config {

namespace {

using routing::HistoryRule;
using Member = std::variant<std::size_t HistoryRule::*, Milliseconds HistoryRule::*, bool HistoryRule::*>;

struct Field {
    std::string_view name;
    Type type;
    Member member;
    std::string_view doc;
};

constexpr Field kFields[] = {
    {"count", Type::kCount, &HistoryRule::count, "how many of the newest messages are kept, at most 1000000"},
    {"bytes", Type::kSize, &HistoryRule::bytes, "how much of them, bodies and headers together"},
    {"age", Type::kDuration, &HistoryRule::age, "how long"},
    {"stored", Type::kBool, &HistoryRule::stored,
     "`true`: on disk; the default is in memory, which ends with the process"},
    {"retained", Type::kBool, &HistoryRule::retained,
     "`true`: the newest message stays, whatever its age and size, and every SUBSCRIBE gets it"},
    {"replay", Type::kCount, &HistoryRule::replay,
     "how many of the newest messages a SUBSCRIBE without a resume header gets, at most 10000; the default "
     "is "
     "0, with `retained` 1"},
};
constexpr std::string_view kDestination = "destination";

[[noreturn]] void unknown_field(const Entry& field) {
    std::vector<std::string_view> names{kDestination};
    std::string list(kDestination);
    for (const Field& one : kFields) {
        names.push_back(one.name);
        list += ", " + std::string(one.name);
    }
    const std::string near = nearest(field.key, names);
    throw ConfigError(field.place + ": unknown field \"" + field.key + "\" of a rule" +
                      (near.empty() ? "; there are " + list : "; did you mean \"" + near + "\"?"));
}

void read(const Field& field, const Entry& entry, HistoryRule& rule) {
    const auto refuse = [&](std::string_view why) {
        throw ConfigError(entry.place + ": " + entry.key + " is " + shown(entry.value) + ", " +
                          std::string(why));
    };
    if (const auto* flag = std::get_if<bool HistoryRule::*>(&field.member)) {
        if (!std::holds_alternative<bool>(entry.value)) refuse(expected(field.type));
        rule.** flag = std::get<bool>(entry.value);
        return;
    }
    const auto number = number_of(field.type, entry.value);
    if (!number) return refuse(expected(field.type));
    // What is not wanted is left out; somebody who writes 0 may have meant no bound, or nothing at all.
    if (*number == 0 && field.name != "replay") refuse("but must be more than 0; leave it out for no bound");
    if (const auto* time = std::get_if<Milliseconds HistoryRule::*>(&field.member))
        rule.** time = Milliseconds(static_cast<std::int64_t>(*number));
    else
        rule.*std::get<std::size_t HistoryRule::*>(field.member) = static_cast<std::size_t>(*number);
}

std::vector<std::string> destinations_of(const Entry& entry) {
    if (const auto* text = std::get_if<std::string>(&entry.value)) return {*text};
    if (const auto* list = std::get_if<std::vector<std::string>>(&entry.value); list && !list->empty())
        return *list;
    throw ConfigError(entry.place + ": destination is neither a text nor a list of texts");
}

}  // namespace

std::vector<HistoryRule> history_rules(const std::vector<Row>& rows) {
    std::vector<HistoryRule> rules;
    for (const Row& row : rows) {
        HistoryRule rule;
        rule.where = row.place;
        std::vector<std::string> destinations;
        for (const Entry& entry : row.fields) {
            const auto* const field = std::find_if(std::begin(kFields), std::end(kFields),
                                                   [&](const Field& one) { return one.name == entry.key; });
            if (entry.key == kDestination)
                destinations = destinations_of(entry);
            else if (field == std::end(kFields))
                unknown_field(entry);
            else
                read(*field, entry, rule);
        }
        if (destinations.empty())
            throw ConfigError(row.place +
                              ": a rule of history names no destination; write for example "
                              "destination = \"/topic/news/**\"");
        for (std::string& destination : destinations) {
            rule.destination = std::move(destination);
            rules.push_back(rule);
        }
    }
    return rules;
}

std::string history_toml(const HistoryRule& rule) {
    std::string text = "[[history]]\ndestination = " + shown(rule.destination) + "\n";
    for (const Field& field : kFields) {
        std::string value;
        if (const auto* flag = std::get_if<bool HistoryRule::*>(&field.member))
            value = rule.**flag ? "true" : "";
        else if (const auto* time = std::get_if<Milliseconds HistoryRule::*>(&field.member))
            value = (rule.**time).count() != 0 ? written_duration(rule.**time) : "";
        else if (const std::size_t number = rule.*std::get<std::size_t HistoryRule::*>(field.member);
                 number != 0)
            value = field.type == Type::kSize ? written_size(number) : std::to_string(number);
        if (!value.empty()) text += std::string(field.name) + " = " + value + "\n";
    }
    return text;
}

std::string history_markdown() {
    std::string text =
        "| field | what |\n|---|---|\n| `destination` | a pattern below `/topic/`, or a list of them; "
        "wildcards as in "
        "`permissions` |\n";
    for (const Field& field : kFields)
        text += "| `" + std::string(field.name) + "` | " + std::string(field.doc) + " |\n";
    return text;
}

}  // namespace causeway::config
