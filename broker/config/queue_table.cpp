#include "broker/config/queue_table.hpp"

#include <array>
#include <limits>

namespace causeway::config {

namespace {

using queue::QueueRule;

constexpr std::array<std::string_view, 4> kFields{"destination", "dead_letter", "max_deliveries",
                                                  "redelivery_delay"};

[[noreturn]] void refuse(const Entry& entry, std::string_view why) {
    throw ConfigError(entry.place + ": " + entry.key + " is " + shown(entry.value) + ", " + std::string(why));
}

std::uint64_t number(const Entry& entry, Type type) {
    const auto read = number_of(type, entry.value);
    if (!read) refuse(entry, expected(type));
    return static_cast<std::uint64_t>(*read);
}

std::vector<std::string> destinations_of(const Entry& entry) {
    if (const auto* text = std::get_if<std::string>(&entry.value)) return {*text};
    if (const auto* list = std::get_if<std::vector<std::string>>(&entry.value); list && !list->empty())
        return *list;
    throw ConfigError(entry.place + ": destination is neither a text nor a list of texts");
}

void read(const Entry& entry, QueueRule& rule, std::vector<std::string>& destinations) {
    if (entry.key == "destination") {
        destinations = destinations_of(entry);
    } else if (entry.key == "dead_letter") {
        const auto* const text = std::get_if<std::string>(&entry.value);
        if (text == nullptr) refuse(entry, expected(Type::kText));
        rule.dead_letter = *text;
    } else if (entry.key == "max_deliveries") {
        const std::uint64_t most = number(entry, Type::kCount);
        if (most > std::numeric_limits<std::uint32_t>::max()) refuse(entry, "which is too many");
        rule.max_deliveries = static_cast<std::uint32_t>(most);
    } else if (entry.key == "redelivery_delay") {
        rule.redelivery_delay = Milliseconds(static_cast<std::int64_t>(number(entry, Type::kDuration)));
    } else {
        const std::string near = nearest(entry.key, {kFields.begin(), kFields.end()});
        throw ConfigError(entry.place + ": unknown field \"" + entry.key + "\" of a rule" +
                          (near.empty()
                               ? "; there are destination, dead_letter, max_deliveries, redelivery_delay"
                               : "; did you mean \"" + near + "\"?"));
    }
}

}  // namespace

std::vector<QueueRule> queue_rules(const std::vector<Row>& rows) {
    std::vector<QueueRule> rules;
    for (const Row& row : rows) {
        QueueRule rule;
        rule.where = row.place;
        std::vector<std::string> destinations;
        for (const Entry& entry : row.fields) read(entry, rule, destinations);
        if (destinations.empty())
            throw ConfigError(row.place +
                              ": a rule of queue names no destination; write for example destination = "
                              "\"/queue/orders/**\"");
        for (std::string& destination : destinations) {
            rule.destination = std::move(destination);
            rules.push_back(rule);
        }
    }
    return rules;
}

std::string queue_toml(const QueueRule& rule) {
    std::string text = "[[queue]]\ndestination = " + shown(rule.destination) + "\n";
    if (rule.dead_letter) text += "dead_letter = " + shown(*rule.dead_letter) + "\n";
    if (rule.max_deliveries) text += "max_deliveries = " + std::to_string(*rule.max_deliveries) + "\n";
    if (rule.redelivery_delay)
        text += "redelivery_delay = " + written_duration(*rule.redelivery_delay) + "\n";
    return text;
}

std::string queue_markdown() {
    return "| field | what |\n|---|---|\n"
           "| `destination` | a pattern below `/queue/`, or a list of them; wildcards as in `permissions` |\n"
           "| `dead_letter` | the queue that takes what cannot be delivered; empty: it is dropped |\n"
           "| `max_deliveries` | how many deliveries may fail; then a message cannot be delivered. 0: as "
           "often as it "
           "takes |\n"
           "| `redelivery_delay` | how long a refused message waits, if its NACK says nothing |\n";
}

}  // namespace causeway::config
