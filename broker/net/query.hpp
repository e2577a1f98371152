// Query strings: parameters decoded, and a target made fit for a log. Pure functions, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace causeway::net {

// `%XX` decoded; nothing else is. Nothing for a `%` without two hexadecimal digits.
[[nodiscard]] std::optional<std::string> percent_decoded(std::string_view text);

class Query {
public:
    static constexpr std::size_t kMaxParameters = 64;

    // Nothing when badly encoded, longer than kMaxParameters, or holding a NUL. `+` is a blank, as forms
    // write it.
    [[nodiscard]] static std::optional<Query> parse(std::string_view raw);

    // The first value of that name, or nothing.
    [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const;
    // `token`, else `access_token`, else "".
    [[nodiscard]] std::string_view token() const;
    [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& parameters() const {
        return parameters_;
    }

private:
    std::vector<std::pair<std::string, std::string>> parameters_;
};

// The target with `***` for the value of each parameter whose decoded name tells of a secret (token, secret,
// passw, passcode, auth, jwt, signature, key, in any case). Octets that could forge a log line become `?`.
[[nodiscard]] std::string redacted(std::string_view target);

}  // namespace causeway::net
