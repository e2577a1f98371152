#include "broker/app/chat_content.hpp"

#include <nlohmann/json.hpp>

#include "broker/app/json_text.hpp"

namespace causeway::app {

std::variant<std::string, Refusal> chat_content(const nlohmann::json& content, std::string_view field) {
    if (content.is_object()) return content.dump();
    if (!content.is_string())
        return Refusal{ErrorCode::kMessageInvalid,
                       std::string(field) + " must be a string or an object, not " + content.type_name(),
                       std::string(field)};
    const auto& text = content.get_ref<const std::string&>();
    std::string out;
    out.reserve(text.size() + 48);
    out += R"({"content":)";
    append_json_string(out, text);
    out += R"(,"contentExtra":null})";
    return out;
}

}  // namespace causeway::app
