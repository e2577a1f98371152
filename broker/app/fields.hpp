// The JSON object a command came with, read field by field. The first fault is kept and the reads
// after it give defaults, so a handler reads all it needs and then asks once. Any thread.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "broker/base/error_code.hpp"

namespace causeway::app {

class Fields {
public:
    // A body that is not one JSON object, or nests deeper than `max_depth`, is the first fault. An empty
    // body is an object without fields.
    Fields(std::string_view body, std::size_t max_depth);
    explicit Fields(nlohmann::json object) : object_(std::move(object)) {}

    [[nodiscard]] const std::optional<Refusal>& fault() const { return fault_; }
    void refuse(std::string_view field, std::string text, ErrorCode code = ErrorCode::kMessageInvalid);

    // A missing field and null are the same.
    [[nodiscard]] bool has(std::string_view name) const { return find(name) != nullptr; }
    [[nodiscard]] const nlohmann::json* find(std::string_view name) const;

    // Does nothing if `value` is empty or the field is there.
    void set_default(std::string_view name, const std::string& value);

    // A string of 1 to `max` octets without control characters.
    [[nodiscard]] std::string required_name(std::string_view name, std::size_t max);
    // The same, or empty.
    [[nodiscard]] std::string name(std::string_view name, std::size_t max);
    // Any string; empty if missing.
    [[nodiscard]] std::string text(std::string_view name);
    // required_name() that may be a segment of a destination.
    [[nodiscard]] std::string conversation_id(std::string_view name, std::size_t max);
    [[nodiscard]] std::int64_t integer(std::string_view name, std::int64_t otherwise);
    // An offset or a sequence, as integer_of(); 0 if missing.
    [[nodiscard]] std::uint64_t place(std::string_view name);
    // 1 to `most`.
    [[nodiscard]] std::size_t page_size(std::string_view name, std::int64_t otherwise, std::size_t most);

    // What a repetition of the same request has in common with the first: SHA-256 of the object
    // without `timestamp`, which clients set anew, independent of the order of keys and of blanks.
    [[nodiscard]] std::string digest();

private:
    nlohmann::json object_;
    std::optional<Refusal> fault_;
};

// A number, or its digits in a string: what came as a header is a string to JavaScript.
[[nodiscard]] std::optional<std::int64_t> integer_of(const nlohmann::json& value);

[[nodiscard]] std::string sha256(std::string_view bytes);  // 32 octets

}  // namespace causeway::app
