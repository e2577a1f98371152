#include "broker/identity/claims.hpp"

#include <limits>
#include <nlohmann/json.hpp>

namespace causeway::identity {

// The callbacks of nlohmann's SAX parser; returning false ends the parse as a failure.
class ClaimsReader {
public:
    explicit ClaimsReader(Claims& claims) : claims_(claims) {}

    bool null() { return value(Claim{}); }
    bool boolean(bool) { return value(Claim{}); }
    bool number_integer(std::int64_t n) { return value(Claim{n}); }
    bool number_unsigned(std::uint64_t n) {
        if (n > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return value(Claim{});
        return value(Claim{static_cast<std::int64_t>(n)});
    }
    bool number_float(double, const std::string&) { return value(Claim{}); }
    bool string(std::string& text) { return value(Claim{std::move(text)}); }
    static bool binary(nlohmann::json::binary_t&) { return false; }

    bool start_object(std::size_t) { return open(Claim{}); }
    bool end_object() {
        while (!keys_.empty() && keys_.back().first == depth_) keys_.pop_back();
        --depth_;
        return true;
    }
    bool start_array(std::size_t) { return depth_ > 0 && open(Claim{std::vector<std::string>{}}); }
    bool end_array() {
        --depth_;
        return true;
    }
    bool key(std::string& name) {
        for (auto it = keys_.rbegin(); it != keys_.rend() && it->first == depth_; ++it)
            if (it->second == name) return false;
        if (depth_ == 1) claims_.members_.emplace_back(name, Claim{});
        keys_.emplace_back(depth_, std::move(name));
        return true;
    }
    static bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception&) {
        return false;
    }

private:
    bool open(Claim claim) { return value(std::move(claim)) && ++depth_ <= Claims::kDepth; }

    // Level 1 holds the claims; of level 2 only the strings of a list matter.
    bool value(Claim claim) {
        if (depth_ == 0) return std::holds_alternative<std::monostate>(claim);
        if (depth_ > 2) return true;
        Claim& current = claims_.members_.back().second;
        if (depth_ == 1) {
            current = std::move(claim);
            return true;
        }
        auto* const list = std::get_if<std::vector<std::string>>(&current);
        auto* const text = std::get_if<std::string>(&claim);
        if (list == nullptr) return true;
        if (text == nullptr)
            current = Claim{};
        else
            list->push_back(std::move(*text));
        return true;
    }

    Claims& claims_;
    std::size_t depth_ = 0;
    std::vector<std::pair<std::size_t, std::string>> keys_;  // of the objects that are open
};

std::optional<Claims> Claims::parse(std::string_view json) {
    if (json.empty() || json.front() != '{') return std::nullopt;
    Claims claims;
    ClaimsReader reader(claims);
    if (!nlohmann::json::sax_parse(json.begin(), json.end(), &reader)) return std::nullopt;
    return claims;
}

const Claim* Claims::find(std::string_view name) const {
    for (const auto& [key, claim] : members_)
        if (key == name) return &claim;
    return nullptr;
}

}  // namespace causeway::identity
