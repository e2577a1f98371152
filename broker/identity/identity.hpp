// Who a session is, as its verified token says.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/clock.hpp"

namespace causeway::identity {

struct Identity {
    std::string user;  // never empty, no control characters
    std::string name;  // for people; may be empty
    std::vector<std::string> roles;
    std::vector<std::string> departments;
    std::vector<std::string> permissions;
    std::optional<WallTime> expires_at;
    std::optional<WallTime> issued_at;  // iat: revocation by time of issue asks for it
    std::string token_id;               // jti; may be empty
    bool anonymous = false;             // let in without a token; `user` is then ours, not theirs

    [[nodiscard]] bool has_role(std::string_view role) const {
        for (const auto& mine : roles)
            if (mine == role) return true;
        return false;
    }
};

// 1 to 128 octets of UTF-8 without control characters: a user, a role, a department.
[[nodiscard]] bool is_name(std::string_view text);

}  // namespace causeway::identity
