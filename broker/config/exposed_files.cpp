// Secrets that others can read. A warning, as they are handed out by many means that know no owner: volumes
// of containers, mounted secrets, group-readable files of a deployment.
#include "broker/base/private_file.hpp"
#include "broker/config/key_table.hpp"

namespace causeway::config {

namespace {

bool names_secret_file(const Key& key) {
    constexpr std::string_view kSuffix = "_file";
    if (key.name == "nats.tls.key_file" || key.name == "nats.credentials_file") return true;
    if (!key.name.ends_with(kSuffix)) return false;
    const Key* const twin = find_key(std::string(key.name.substr(0, key.name.size() - kSuffix.size())));
    return twin != nullptr && twin->type == Type::kSecret;
}

}  // namespace

std::vector<std::string> exposed_files(const Config& config) {
    Config copy = config;  // the table's targets can be written to
    std::vector<std::string> lines;
    for (const Key& key : keys()) {
        if (!names_secret_file(key)) continue;
        const std::string& path = *std::get<std::string*>(key.at(copy));
        if (path.empty()) continue;
        if (const auto fault = exposure(path)) lines.push_back(std::string(key.name) + ": " + *fault);
    }
    return lines;
}

}  // namespace causeway::config
