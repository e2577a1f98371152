#include "broker/routing/destination.hpp"

#include <array>

#include "broker/routing/path_syntax.hpp"

namespace causeway::routing {

namespace {

constexpr std::string_view kTopicPrefix = "/topic/";
constexpr std::string_view kQueuePrefix = "/queue/";
constexpr std::string_view kAppPrefix = "/app/";
constexpr std::string_view kTempQueuePrefix = "/temp-queue/";
constexpr std::size_t kTempQueueToken = 32;  // digits
constexpr std::string_view kOwnQueuePrefix = "/user/queue/";
constexpr std::string_view kUserPrefix = "/user/";
constexpr std::string_view kHex = "0123456789ABCDEF";

// Of /user/{name}/queue/x: where the name ends; npos if the text is not of that form. A name as
// senders write it may hold dots, so it reaches to the next slash.
std::size_t end_of_user(std::string_view text) {
    const std::size_t end = text.find('/', kUserPrefix.size());
    if (end == std::string_view::npos || !text.substr(end).starts_with(kQueuePrefix))
        return std::string_view::npos;
    return end;
}

std::size_t prefix_length(DestinationKind kind, std::string_view text) {
    switch (kind) {
        case DestinationKind::kTopic:
            return kTopicPrefix.size();
        case DestinationKind::kQueue:
            return kQueuePrefix.size();
        case DestinationKind::kApp:
            return kAppPrefix.size();
        case DestinationKind::kTempQueue:
            return kTempQueuePrefix.size();
        case DestinationKind::kUserQueue:
            return kOwnQueuePrefix.size();
        case DestinationKind::kNamedUserQueue:
            return end_of_user(text) + kQueuePrefix.size();
    }
    return 0;
}

constexpr std::array<bool, 256> escaped_octets() {
    std::array<bool, 256> table{};
    for (std::size_t i = 0; i <= 0x20; ++i) table[i] = true;
    table[0x7f] = true;
    for (const char c : {'/', '.', '*', '>', '#', '%', '{', '}', ':', '\\'})
        table[static_cast<unsigned char>(c)] = true;
    return table;
}
constexpr std::array<bool, 256> kEscaped = escaped_octets();

// The user called `queue` must not turn /user/{name}/queue/x into somebody's own /user/queue/…
bool is_escaped(std::string_view name, std::size_t i) {
    return kEscaped[static_cast<unsigned char>(name[i])] || (i == 0 && name == "queue");
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
}

}  // namespace

std::optional<DestinationKind> kind_of(std::string_view text) {
    const auto begins = [&](std::string_view prefix) {
        return text.size() > prefix.size() && text.starts_with(prefix);
    };
    if (begins(kTopicPrefix)) return DestinationKind::kTopic;
    if (begins(kOwnQueuePrefix)) return DestinationKind::kUserQueue;
    if (begins(kUserPrefix) && end_of_user(text) != std::string_view::npos)
        return DestinationKind::kNamedUserQueue;
    if (begins(kAppPrefix)) return DestinationKind::kApp;
    if (begins(kQueuePrefix)) return DestinationKind::kQueue;
    if (begins(kTempQueuePrefix)) return DestinationKind::kTempQueue;
    return std::nullopt;
}

std::variant<Destination, std::string> parse_destination(std::string_view text,
                                                         const DestinationLimits& limits) {
    if (auto fault = fault_of_path(text, limits, Wildcards::kRefused)) return *std::move(fault);
    const auto kind = kind_of(text);
    if (!kind)
        return "does not begin with /topic/, /queue/, /user/queue/, /user/{name}/queue/, /app/ or "
               "/temp-queue/";
    Destination parsed{*kind, text, text.substr(prefix_length(*kind, text)), {}};
    if (*kind != DestinationKind::kNamedUserQueue) return parsed;
    parsed.user = text.substr(kUserPrefix.size(), end_of_user(text) - kUserPrefix.size());
    if (parsed.user.find('%') != std::string_view::npos && !decode_segment(parsed.user))
        return "has a broken percent-escape in its user's name; write % as %25";
    return parsed;
}

std::string routed_form(const Destination& destination, std::string_view caller) {
    if (destination.kind == DestinationKind::kUserQueue) return user_destination(caller, destination.name);
    if (destination.kind != DestinationKind::kNamedUserQueue) return std::string(destination.text);
    return user_destination(decode_segment(destination.user).value_or(""), destination.name);
}

std::string temp_queue_destination(std::string_view token, std::string_view named) {
    std::string text(kTempQueuePrefix);
    text.append(token).append("/").append(named.substr(kTempQueuePrefix.size()));
    return text;
}

bool is_routed_temp_queue(std::string_view text) {
    if (!text.starts_with(kTempQueuePrefix)) return false;
    text.remove_prefix(kTempQueuePrefix.size());
    const std::string_view token = text.substr(0, kTempQueueToken);
    return text.size() > kTempQueueToken + 1 && text[kTempQueueToken] == '/' &&
           token.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::string temp_queue_name(std::string_view routed) {
    return std::string(kTempQueuePrefix).append(routed.substr(kTempQueuePrefix.size() + kTempQueueToken + 1));
}

std::string user_destination(std::string_view user, std::string_view queue) {
    std::string text(kUserPrefix);
    text += encode_segment(user);
    text += kQueuePrefix;
    text += queue;
    return text;
}

std::string encode_segment(std::string_view name) {
    std::string segment;
    segment.reserve(name.size());
    for (std::size_t i = 0; i < name.size(); ++i) {
        if (!is_escaped(name, i)) {
            segment += name[i];
            continue;
        }
        const auto octet = static_cast<unsigned char>(name[i]);
        segment += '%';
        segment += kHex[octet >> 4];
        segment += kHex[octet & 15];
    }
    return segment;
}

std::optional<std::string> decode_segment(std::string_view segment) {
    std::string name;
    name.reserve(segment.size());
    for (std::size_t i = 0; i < segment.size(); ++i) {
        if (segment[i] != '%') {
            name += segment[i];
            continue;
        }
        if (i + 2 >= segment.size()) return std::nullopt;
        const int high = hex_digit(segment[i + 1]);
        const int low = hex_digit(segment[i + 2]);
        if (high < 0 || low < 0) return std::nullopt;
        name += static_cast<char>(high << 4 | low);
        i += 2;
    }
    return name;
}

bool is_segment_of(std::string_view segment, std::string_view name) {
    std::size_t at = 0;
    for (std::size_t i = 0; i < name.size(); ++i) {
        const auto octet = static_cast<unsigned char>(name[i]);
        if (!is_escaped(name, i)) {
            if (at >= segment.size() || segment[at] != name[i]) return false;
            ++at;
            continue;
        }
        const char escape[3] = {'%', kHex[octet >> 4], kHex[octet & 15]};
        if (segment.substr(at, 3) != std::string_view(escape, 3)) return false;
        at += 3;
        if (at > segment.size()) return false;
    }
    return at == segment.size();
}

}  // namespace causeway::routing
