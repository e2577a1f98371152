// What a request was asked with: the parameters of a query, or the members of a JSON object, taken one by one
// by name. The first thing that is wrong is kept; one that nobody took is wrong as well.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "broker/admin/request.hpp"

namespace causeway::admin {

// All of the text as a decimal number; nothing for an empty one.
[[nodiscard]] std::optional<std::uint64_t> parse_number(std::string_view text);

class Arguments {
public:
    [[nodiscard]] static Arguments of_query(const Request& request);
    // An object of texts and whole numbers; an empty body is an empty object.
    [[nodiscard]] static Arguments of_body(const Request& request);

    // At most `max` bytes of UTF-8 without control characters; empty when it was not given.
    [[nodiscard]] std::string text(std::string_view name, std::size_t max = 1024);
    // The same, which must be given.
    [[nodiscard]] std::string required(std::string_view name, std::size_t max = 1024);
    [[nodiscard]] std::optional<std::uint64_t> number(
        std::string_view name, std::uint64_t min = 0,
        std::uint64_t max = std::numeric_limits<std::uint64_t>::max());

    // Refuses the request for a reason of the caller's; the first one counts.
    void refuse(std::string_view name, const std::string& detail);
    // Call when all were taken: a 400 problem that names the argument.
    [[nodiscard]] std::optional<Response> fault() const;

private:
    std::map<std::string, std::string, std::less<>> left_;
    std::optional<Response> fault_;
};

}  // namespace causeway::admin
