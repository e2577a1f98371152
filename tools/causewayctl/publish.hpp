// From the options of `causewayctl publish` to the JSON of POST /api/v1/publish.
#pragma once

#include <string>
#include <vector>

#include "broker/admin/json.hpp"
#include "tools/causewayctl/context.hpp"

namespace causeway::ctl {

struct PublishOptions {
    std::vector<std::string> words;  // [destination] [body]
    std::string user;
    std::string queue;
    bool everyone = false;
    std::vector<std::string> headers;
    std::string content_type;
    bool json = false;
    bool persistent = false;
};

// Reads stdin or a file when the body says so. Throws Failure for options that do not go together.
[[nodiscard]] admin::Json publish_request(const PublishOptions& options, const Context& context);

}  // namespace causeway::ctl
