// Lists of the admin API, which come in pages: {"items": […], "next": "…" or null}.
#pragma once

#include <cstddef>
#include <string>

#include "tools/causewayctl/api_client.hpp"

namespace causeway::ctl {

// A member as text for a table; empty when it is not there.
[[nodiscard]] std::string text_of(const Json& item, const char* field);

// The items of every page, until `limit` (0: no limit). `path_and_query` may end with parameters of its own.
// Throws Failure.
[[nodiscard]] Json fetch_all(ApiClient& api, const std::string& path_and_query, std::size_t limit = 0);

}  // namespace causeway::ctl
