#include "broker/config/toml_file.hpp"

#include <algorithm>
#include <stdexcept>

#include "broker/config/toml_text.hpp"

namespace causeway::config {

// toml++ asserts where a text takes it by surprise; in a release build it would read on.
struct ParserSurprised : std::runtime_error {
    using std::runtime_error::runtime_error;
};
[[noreturn]] void surprised() { throw ParserSurprised("not TOML"); }

}  // namespace causeway::config

#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 1
#define TOML_ASSERT(holds) (static_cast<bool>(holds) ? static_cast<void>(0) : ::causeway::config::surprised())
#include <toml++/toml.h>

namespace causeway::config {

namespace {

constexpr std::string_view kRuleFields[] = {"effect", "action", "destination", "who", "except"};

class Reader {
public:
    explicit Reader(const std::string& name) : name_(name) {}

    Document read(const toml::table& root) {
        walk(root, "");
        return std::move(document_);
    }

private:
    [[nodiscard]] std::string place(const toml::source_region& region) const {
        return name_ + ":" + std::to_string(region.begin.line) + ":" + std::to_string(region.begin.column);
    }

    void walk(const toml::table& table, const std::string& prefix) {
        for (const auto& [key, node] : table) {
            const std::string name = prefix + plain(key.str());
            if (name == "permissions")
                read_rules(node);
            else if (name == "history")
                document_.has_history = true, read_rows(name, node, document_.history);
            else if (name == "queue")
                document_.has_queue = true, read_rows(name, node, document_.queue);
            else if (const auto* below = node.as_table();
                     below != nullptr && !below->empty() && !find_key(name))
                walk(*below, name + ".");
            else if (below == nullptr || find_key(name) || !is_section(name))
                document_.entries.push_back({name, raw_of(node), place(key.source())});
        }
    }

    static bool is_section(const std::string& name) {
        return std::any_of(keys().begin(), keys().end(),
                           [&](const Key& key) { return key.name.starts_with(name + "."); });
    }

    static Raw raw_of(const toml::node& node) {
        if (const auto* flag = node.as_boolean()) return flag->get();
        if (const auto* integer = node.as_integer()) return integer->get();
        if (const auto* real = node.as_floating_point()) return real->get();
        if (const auto* text = node.as_string()) return plain(text->get());
        const auto* const array = node.as_array();
        if (array == nullptr) return {};
        std::vector<std::string> list;
        for (const auto& element : *array) {
            if (!element.is_string()) return {};
            list.push_back(plain(element.as_string()->get()));
        }
        return list;
    }

    void read_rules(const toml::node& node) {
        document_.has_permissions = true;
        for_each_table("permissions", node, [this](const toml::table& rule) { read_rule(rule); });
    }

    void read_rows(const std::string& list, const toml::node& node, std::vector<Row>& rows) {
        for_each_table(list, node, [this, &rows](const toml::table& rule) {
            Row row{{}, name_ + ":" + std::to_string(rule.source().begin.line)};
            for (const auto& [key, field] : rule)
                row.fields.push_back({plain(key.str()), raw_of(field), place(key.source())});
            rows.push_back(std::move(row));
        });
    }

    template <typename ReadTable>
    void for_each_table(const std::string& list, const toml::node& node, ReadTable&& read_table) {
        const auto* const rules = node.as_array();
        if (rules == nullptr)
            throw ConfigError(place(node.source()) + ": " + list + " is not a list; write [[" + list + "]]");
        for (const auto& rule : *rules) {
            if (!rule.is_table())
                throw ConfigError(place(rule.source()) + ": a rule of " + list + " is not a table");
            read_table(*rule.as_table());
        }
    }

    void read_rule(const toml::table& table) {
        identity::RuleSpec spec;
        spec.where = name_ + ":" + std::to_string(table.source().begin.line);
        for (const auto& [key, node] : table) {
            const std::string_view name = key.str();
            if (name == "effect")
                spec.effect = one(key, node);
            else if (name == "action")
                spec.actions = several(key, node);
            else if (name == "destination")
                spec.destinations = several(key, node);
            else if (name == "who")
                spec.who = several(key, node);
            else if (name == "except")
                spec.except = several(key, node);
            else
                unknown_field(key);
        }
        document_.permissions.push_back(std::move(spec));
    }

    [[noreturn]] void unknown_field(const toml::key& key) const {
        const std::string near = nearest(key.str(), {std::begin(kRuleFields), std::end(kRuleFields)});
        throw ConfigError(place(key.source()) + ": unknown field \"" + plain(key.str()) + "\" of a rule" +
                          (near.empty() ? "; there are effect, action, destination, who, except"
                                        : "; did you mean \"" + near + "\"?"));
    }

    [[nodiscard]] std::string one(const toml::key& key, const toml::node& node) const {
        if (const auto* text = node.as_string()) return plain(text->get());
        throw ConfigError(place(key.source()) + ": " + std::string(key.str()) + " of a rule is not a text");
    }

    [[nodiscard]] std::vector<std::string> several(const toml::key& key, const toml::node& node) const {
        if (const auto* text = node.as_string()) return {plain(text->get())};
        Raw raw = raw_of(node);
        if (auto* list = std::get_if<std::vector<std::string>>(&raw)) return std::move(*list);
        throw ConfigError(place(key.source()) + ": " + std::string(key.str()) +
                          " of a rule is neither a text nor a list of texts");
    }

    const std::string& name_;
    Document document_;
};

}  // namespace

Document parse_toml(std::string_view text, const std::string& name) {
    if (const auto fault = fault_of_text(text))
        throw ConfigError(name + (fault->line == 0 ? "" : ":" + std::to_string(fault->line)) +
                          ": not TOML: " + std::string(fault->what));
    try {
        const toml::table root = toml::parse(disguised(text), name);
        return Reader(name).read(root);
    } catch (const toml::parse_error& error) {
        const auto& begin = error.source().begin;
        throw ConfigError(name + ":" + std::to_string(begin.line) + ":" + std::to_string(begin.column) +
                          ": not TOML: " + plain(error.description()));
    } catch (const ParserSurprised& error) {
        throw ConfigError(name + ": " + error.what());
    }
}

}  // namespace causeway::config
