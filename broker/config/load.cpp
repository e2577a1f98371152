// Where a configuration comes from, one layer over the other.
#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>
#include <sstream>

#include "broker/config/history_table.hpp"
#include "broker/config/queue_table.hpp"
#include "broker/config/toml_file.hpp"

namespace causeway::config {

namespace {

constexpr std::size_t kSecretFileBytes = 64 * 1024;
constexpr std::size_t kConfigFileBytes = 1024 * 1024;
constexpr std::string_view kEnvironmentPrefix = "CAUSEWAY_";
constexpr std::string_view kFileSuffix = "_file";

std::string read_file(const std::string& path, std::size_t most, const std::string& whose) {
    errno = 0;
    std::ifstream file(path, std::ios::binary);
    if (!file)
        throw ConfigError(whose + ": cannot read \"" + path +
                          "\": " + std::strerror(errno != 0 ? errno : EIO));
    std::string text(most + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (file.bad() || (file.fail() && !file.eof()))
        throw ConfigError(whose + ": cannot read \"" + path + "\": it is not a file with text");
    text.resize(static_cast<std::size_t>(file.gcount()));
    if (text.size() > most)
        throw ConfigError(whose + ": \"" + path + "\" has more than " + std::to_string(most) + " bytes");
    return text;
}

// Layers of sources into one Config; remembers which layer a key came from, for the secrets' twins.
class Loader {
public:
    void add_toml(std::string_view text, const std::string& name) {
        ++layer_;
        const Document document = parse_toml(text, name);
        for (const Entry& entry : document.entries) {
            const Key& key = known(entry.key, entry.place);
            check(assign(config_, key, entry.value), entry.place);
            layers_[key.name] = layer_;
        }
        take_lists(document);
    }

    void add_environment(const Environment& environment) {
        ++layer_;
        for (const auto& [name, value] : environment) {
            if (!name.starts_with(kEnvironmentPrefix)) continue;
            const std::string key = key_of_variable(name.substr(kEnvironmentPrefix.size()));
            // Kubernetes gives a service called causeway CAUSEWAY_PORT and the like: not ours, not an error.
            const bool meant = key.find('.') != std::string::npos || find_key(key) != nullptr || is_list(key);
            if (meant) add_text(key, value, name);
        }
    }

    void add_sets(const std::vector<std::string>& sets) {
        ++layer_;
        for (const auto& set : sets) {
            const std::size_t equals = set.find('=');
            if (equals == std::string::npos || equals == 0)
                throw ConfigError("--set " + set + ": write --set section.key=value");
            add_text(set.substr(0, equals), set.substr(equals + 1), "--set " + set.substr(0, equals));
        }
    }

    Config finish() {
        for (const Key& key : keys())
            if (key.type == Type::kSecret) resolve_secret(key);
        validate(config_);
        return std::move(config_);
    }

private:
    static std::string key_of_variable(std::string_view name) {
        std::string key;
        for (std::size_t i = 0; i < name.size(); ++i) {
            if (name.substr(i, 2) == "__") {
                key += '.';
                ++i;
            } else {
                key += name[i] >= 'A' && name[i] <= 'Z' ? static_cast<char>(name[i] - 'A' + 'a') : name[i];
            }
        }
        return key;
    }

    // Lists of tables: in the environment and in --set a TOML value.
    static bool is_list(std::string_view name) { return name == "permissions" || name == "history" || name == "queue"; }
    void take_lists(const Document& document) {
        if (document.has_permissions) config_.permissions = document.permissions;
        if (document.has_history) config_.history = history_rules(document.history);
        if (document.has_queue) config_.queue = queue_rules(document.queue);
    }

    static const Key& known(const std::string& name, const std::string& place) {
        if (const Key* key = find_key(name)) return *key;
        std::vector<std::string_view> names{"permissions", "history", "queue"};
        for (const Key& key : keys()) names.push_back(key.name);
        const std::string near = nearest(name, names);
        throw ConfigError(place + ": unknown key \"" + name + "\"" +
                          (near.empty() ? "; `causeway default-config` lists all keys"
                                        : "; did you mean \"" + near + "\"?"));
    }

    static void check(const std::optional<std::string>& fault, const std::string& place) {
        if (fault) throw ConfigError(place + ": " + *fault);
    }

    void add_text(const std::string& name, const std::string& value, const std::string& place) {
        if (is_list(name)) return take_lists(parse_toml(name + " = " + value, place));
        const Key& key = known(name, place);
        check(assign_text(config_, key, value), place);
        layers_[key.name] = layer_;
    }

    std::string& text_of(const Key& key) { return *std::get<std::string*>(key.at(config_)); }

    // Of a secret and its _file twin the one from the higher layer counts.
    void resolve_secret(const Key& key) {
        const Key* const twin = find_key(std::string(key.name) + std::string(kFileSuffix));
        if (twin == nullptr) return;
        std::string& secret = text_of(key);
        const std::string& path = text_of(*twin);
        if (path.empty()) return;
        if (!secret.empty()) {
            if (layers_[key.name] == layers_[twin->name])
                throw ConfigError(std::string(key.name) + " and " + std::string(twin->name) +
                                  " are both set; keep one of them");
            if (layers_[key.name] > layers_[twin->name]) return;
        }
        secret = read_file(path, kSecretFileBytes, std::string(twin->name));
        while (secret.ends_with('\n') || secret.ends_with('\r')) secret.pop_back();
        if (secret.empty()) throw ConfigError(std::string(twin->name) + ": \"" + path + "\" is empty");
    }

    Config config_;
    int layer_ = 0;
    std::map<std::string_view, int> layers_;
};

}  // namespace

Config load(const std::vector<std::string>& paths, const Environment& environment,
            const std::vector<std::string>& sets) {
    Loader loader;
    for (const auto& path : paths) loader.add_toml(read_file(path, kConfigFileBytes, "--config"), path);
    loader.add_environment(environment);
    loader.add_sets(sets);
    return loader.finish();
}

Config load_text(const std::string& toml, const std::string& name) {
    Loader loader;
    loader.add_toml(toml, name);
    return loader.finish();
}

Environment environment_of(const char* const* entries) {
    Environment environment;
    for (; entries != nullptr && *entries != nullptr; ++entries) {
        const std::string_view entry = *entries;
        const std::size_t equals = entry.find('=');
        if (equals != std::string_view::npos)
            environment.emplace_back(entry.substr(0, equals), entry.substr(equals + 1));
    }
    return environment;
}

}  // namespace causeway::config
