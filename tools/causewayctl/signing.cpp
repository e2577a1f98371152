#include "tools/causewayctl/signing.hpp"

#include <CLI/CLI.hpp>
#include <stdexcept>

#include "broker/admin/json.hpp"

namespace causeway::ctl {

std::shared_ptr<const identity::HmacKey> load_key(const KeyOptions& options, const Context& context) {
    std::string secret;
    if (!options.secret_file.empty())
        secret = without_line_end(read_file(options.secret_file, 64 * 1024));
    else if (const char* given = context.io.environment("CAUSEWAYCTL_JWT_SECRET"))
        secret = given;
    else
        throw Failure(
            ExitCode::kUsage,
            "give the secret of the broker's identity section: --secret-file, or CAUSEWAYCTL_JWT_SECRET");
    try {
        return identity::make_hmac_key(options.algorithm, secret);
    } catch (const std::invalid_argument& e) {
        throw Failure(ExitCode::kConfig, std::string("the secret cannot be used: ") + e.what());
    }
}

std::string claims_for(const identity::Identity& who, const KeyOptions& key, WallTime now) {
    const std::string claims = identity::claims_of(who, now);
    if (key.issuer.empty() && key.audience.empty()) return claims;
    auto json = admin::Json::parse(claims);
    if (!key.issuer.empty()) json["iss"] = key.issuer;
    if (!key.audience.empty()) json["aud"] = key.audience;
    return json.dump();
}

void add_key_options(CLI::App& verb, KeyOptions& key) {
    verb.add_option("--secret-file", key.secret_file,
                    "File with the secret that signs tokens; or CAUSEWAYCTL_JWT_SECRET");
    verb.add_option("--algorithm", key.algorithm, "HS256, HS384 or HS512")
        ->check(CLI::IsMember({"HS256", "HS384", "HS512"}).description(""))
        ->capture_default_str();
    verb.add_option("--issuer", key.issuer, "iss");
    verb.add_option("--audience", key.audience, "aud");
}

}  // namespace causeway::ctl
