// Configuration files: any text is either a valid configuration or a ConfigError, never anything else.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "broker/config/documents.hpp"
#include "broker/config/toml_file.hpp"
#include "broker/config/value.hpp"

using namespace causeway::config;

namespace {

// Reads no file that the input names.
bool names_a_file(const Document& document) {
    for (const auto& entry : document.entries)
        if (entry.key.ends_with("_file")) return true;
    return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    Config scratch;
    for (const Key& key : keys()) (void)assign_text(scratch, key, text);
    try {
        if (names_a_file(parse_toml(text, "fuzz.toml"))) return 0;
        const Config config = load_text(text, "fuzz.toml");
        if (config.auth.jwt.secret.empty() && !config.auth.anonymous) std::abort();
        (void)config_toml(config);
    } catch (const ConfigError& error) {
        if (std::string(error.what()).empty()) std::abort();
    }
    return 0;
}
