#include "tools/causewayctl/pages.hpp"

#include <algorithm>

namespace causeway::ctl {

namespace {
constexpr std::size_t kPage = 1000;
}

std::string text_of(const Json& item, const char* field) {
    const auto found = item.find(field);
    if (found == item.end() || found->is_null()) return "";
    return found->is_string() ? found->get<std::string>() : found->dump();
}

Json fetch_all(ApiClient& api, const std::string& path_and_query, std::size_t limit) {
    const char first = path_and_query.find('?') == std::string::npos ? '?' : '&';
    Json all = Json::array();
    std::string cursor;
    while (true) {
        const std::size_t wanted = limit == 0 ? kPage : std::min(kPage, limit - all.size());
        std::string path = path_and_query + first + "limit=" + std::to_string(wanted);
        if (!cursor.empty()) path += "&cursor=" + url_escaped(cursor);
        const Json page = api.call("GET", path);
        if (!page.contains("items") || !page["items"].is_array())
            throw Failure(ExitCode::kInternal,
                          "the list has no items; are broker and causewayctl of one version?");
        for (const auto& item : page["items"]) all.push_back(item);
        const std::string next = text_of(page, "next");
        const bool full = limit != 0 && all.size() >= limit;
        if (next.empty() || next == cursor || full) return all;
        cursor = next;
    }
}

}  // namespace causeway::ctl
