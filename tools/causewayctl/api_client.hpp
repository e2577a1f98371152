// One request to the admin API at a time. The one file that knows libcurl is api_client.cpp.
#pragma once

#include <string>
#include <string_view>

#include "broker/admin/json.hpp"
#include "tools/causewayctl/context.hpp"

namespace causeway::ctl {

using admin::Json;

struct Reply {
    long status = 0;
    std::string body;
};

class ApiClient {
public:
    // `context` outlives this object. Reads the token.
    explicit ApiClient(const Context& context);

    // Blocks. Throws Failure: kUsage for a URL that is none, kUnavailable, kTimeout.
    [[nodiscard]] Reply request(std::string_view method, const std::string& path_and_query,
                                const std::string& body = {});

    // The same, for an answer that must be a success in JSON. Throws Failure for everything else, with
    // the exit code that fits the status and the text of the problem document.
    [[nodiscard]] Json call(std::string_view method, const std::string& path_and_query,
                            const std::string& body = {});

private:
    const Context& context_;
    std::string base_;         // without "/" at the end
    std::string unix_socket_;  // path; empty: TCP
    std::string token_;
};

// For use inside a path or a query.
[[nodiscard]] std::string url_escaped(std::string_view text);

}  // namespace causeway::ctl
