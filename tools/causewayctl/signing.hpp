// Making tokens for users with the secret that the broker checks them with.
#pragma once

#include <memory>
#include <string>

#include "broker/base/clock.hpp"
#include "broker/identity/jwt.hpp"
#include "tools/causewayctl/context.hpp"

namespace CLI {
class App;
}

namespace causeway::ctl {

struct KeyOptions {
    std::string secret_file;
    std::string algorithm = "HS256";
    std::string issuer;
    std::string audience;
};

// --secret-file, --algorithm, --issuer, --audience. `key` outlives the tree.
void add_key_options(CLI::App& verb, KeyOptions& key);

// From the file or CAUSEWAYCTL_JWT_SECRET. Throws Failure.
[[nodiscard]] std::shared_ptr<const identity::HmacKey> load_key(const KeyOptions& options,
                                                                const Context& context);

// The claims of a token for `who`, with the issuer and audience of `key`.
[[nodiscard]] std::string claims_for(const identity::Identity& who, const KeyOptions& key, WallTime now);

}  // namespace causeway::ctl
