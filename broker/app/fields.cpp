#include "broker/app/fields.hpp"

#include <openssl/evp.h>

#include <charconv>
#include <memory>
#include <optional>
#include <stdexcept>

#include "broker/app/names.hpp"
#include "broker/app/strict_json.hpp"

namespace causeway::app {

using nlohmann::json;

std::optional<std::int64_t> integer_of(const json& value) {
    if (value.is_number_unsigned() && value.get<std::uint64_t>() > std::uint64_t{INT64_MAX})
        return std::nullopt;
    if (value.is_number_integer()) return value.get<std::int64_t>();
    if (!value.is_string()) return std::nullopt;
    const auto& text = value.get_ref<const std::string&>();
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

Fields::Fields(std::string_view body, std::size_t max_depth) : object_(json::object()) {
    if (body.empty()) return;
    auto parsed = parse_json(body, max_depth);
    if (parsed.is_object())
        object_ = std::move(parsed);
    else
        refuse("", parsed.is_discarded()
                       ? "the body is not JSON, or nests deeper than " + std::to_string(max_depth) + " levels"
                       : "the body must be a JSON object");
}

void Fields::refuse(std::string_view field, std::string text, ErrorCode code) {
    if (!fault_) fault_ = Refusal{code, std::move(text), std::string(field)};
}

const json* Fields::find(std::string_view name) const {
    const auto it = object_.find(name);
    return it == object_.end() || it->is_null() ? nullptr : &*it;
}

void Fields::set_default(std::string_view name, const std::string& value) {
    if (!value.empty() && !has(name)) object_[std::string(name)] = value;
}

std::string Fields::text(std::string_view name) {
    const json* value = find(name);
    if (value == nullptr) return {};
    if (value->is_string()) return value->get_ref<const std::string&>();
    refuse(name, std::string(name) + " must be a string, not " + value->type_name());
    return {};
}

std::string Fields::name(std::string_view name, std::size_t max) {
    std::string value = text(name);
    if (value.size() > max)
        refuse(name, std::string(name) + " is longer than " + std::to_string(max) + " octets");
    else if (!is_printable(value))
        refuse(name, std::string(name) + " must not contain control characters");
    return value;
}

std::string Fields::required_name(std::string_view name, std::size_t max) {
    std::string value = this->name(name, max);
    if (value.empty()) refuse(name, std::string(name) + " is missing or empty");
    return value;
}

std::string Fields::conversation_id(std::string_view name, std::size_t max) {
    std::string value = required_name(name, max);
    if (!fault_ && !is_conversation_id(value, max))
        refuse(name, std::string(name) + " must not contain blanks or any of / . * > # { }");
    return value;
}

std::int64_t Fields::integer(std::string_view name, std::int64_t otherwise) {
    const json* value = find(name);
    if (value == nullptr) return otherwise;
    if (const auto number = integer_of(*value); number && !value->is_string()) return *number;
    refuse(name, std::string(name) + " must be an integer");
    return otherwise;
}

std::uint64_t Fields::place(std::string_view name) {
    const json* value = find(name);
    if (value == nullptr) return 0;
    const auto number = integer_of(*value);
    if (number && *number >= 0) return static_cast<std::uint64_t>(*number);
    refuse(name, std::string(name) + " must be 0 or more");
    return 0;
}

std::size_t Fields::page_size(std::string_view name, std::int64_t otherwise, std::size_t most) {
    const std::int64_t size = integer(name, otherwise);
    if (size >= 1 && static_cast<std::uint64_t>(size) <= most) return static_cast<std::size_t>(size);
    refuse(name, std::string(name) + " must be 1 to " + std::to_string(most));
    return 1;
}

std::string Fields::digest() {
    const auto stamp = object_.find("timestamp");
    if (stamp == object_.end()) return sha256(object_.dump());
    const json kept = std::move(*stamp);
    object_.erase(stamp);
    std::string digest = sha256(object_.dump());
    object_.emplace("timestamp", kept);
    return digest;
}

std::string sha256(std::string_view bytes) {
    // Looked up once: OpenSSL 3 takes longer to find the algorithm than to digest a short body.
    static const std::unique_ptr<EVP_MD, decltype(&EVP_MD_free)> kAlgorithm(
        EVP_MD_fetch(nullptr, "SHA256", nullptr), &EVP_MD_free);
    std::string out(32, '\0');
    auto* to = reinterpret_cast<unsigned char*>(out.data());
    if (EVP_Digest(bytes.data(), bytes.size(), to, nullptr, kAlgorithm.get(), nullptr) != 1)
        throw std::runtime_error("SHA-256 of a command's body: OpenSSL refused to digest");
    return out;
}

}  // namespace causeway::app
