// Names of places: what a destination is made of, which kind it is, and what it is called inside.
// Separators are `/` and `.`, both kept literally, so a segment is its separator and its text.
// Pure functions over text; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace causeway::routing {

enum class DestinationKind : std::uint8_t {
    kTopic,
    kUserQueue,       // /user/queue/**: the caller's own, as clients write it
    kNamedUserQueue,  // /user/{name}/queue/**: as senders write it and as all are routed
    kQueue,
    kApp,
    kTempQueue,
};

struct DestinationLimits {
    std::size_t bytes = 255;    // limits.destination_bytes
    std::size_t segments = 16;  // limits.destination_segments
};

// Views into the text that was parsed; no longer lived than it.
struct Destination {
    DestinationKind kind;
    std::string_view text;  // all of it, as written
    std::string_view name;  // after the kind's prefix: "7" of /topic/7, "x" of /user/bob/queue/x
    std::string_view user;  // of kNamedUserQueue: as written, maybe percent-encoded
};

// A concrete destination (no wildcards), or what is wrong with it, for people. Allocates only to refuse.
[[nodiscard]] std::variant<Destination, std::string> parse_destination(std::string_view text,
                                                                       const DestinationLimits& limits = {});

// The kind that the beginning of a well-formed destination or pattern says; nothing if none does.
[[nodiscard]] std::optional<DestinationKind> kind_of(std::string_view text);

// What a session's /temp-queue/NAME is routed as: /temp-queue/{token}/NAME. The token, 32 hexadecimal digits,
// is known to those only whom the session has told it.
[[nodiscard]] std::string temp_queue_destination(std::string_view token, std::string_view named);
[[nodiscard]] bool is_routed_temp_queue(std::string_view text);
// The other way: /temp-queue/NAME of a routed one.
[[nodiscard]] std::string temp_queue_name(std::string_view routed);

// What messages for it are published under and subscriptions are kept under: for user queues
// /user/{percent-encoded user}/queue/…, `caller` being whose own queue is meant; else the text itself.
[[nodiscard]] std::string routed_form(const Destination& destination, std::string_view caller);
// The same for `queue` (the name after /user/queue/, or a pattern of it) of `user`.
[[nodiscard]] std::string user_destination(std::string_view user, std::string_view queue);

// A name as one segment: octets that mean something in destinations, STOMP headers or URLs' escapes
// (separators, wildcards, braces, %, :, \, blank, control) as %XX. No two names become one segment,
// and none becomes the `queue` of /user/queue.
[[nodiscard]] std::string encode_segment(std::string_view name);
// The name of any percent-encoded spelling; nothing if an escape is broken.
[[nodiscard]] std::optional<std::string> decode_segment(std::string_view segment);
// encode_segment(name) == segment, without allocating.
[[nodiscard]] bool is_segment_of(std::string_view segment, std::string_view name);

// The first segment of a path that begins with a separator: the separator and the text after it.
[[nodiscard]] inline std::string_view first_segment(std::string_view path) {
    std::size_t end = 1;
    while (end < path.size() && path[end] != '/' && path[end] != '.') ++end;
    return path.substr(0, end);
}

// The segments of a path, for range-for: each with its separator, so it can be the key of a tree's edge.
class Segments {
public:
    explicit Segments(std::string_view path) : path_(path) {}

    class Iterator {
    public:
        explicit Iterator(std::string_view rest) : rest_(rest), segment_(first_segment(rest)) {}
        std::string_view operator*() const { return segment_; }
        Iterator& operator++() {
            rest_.remove_prefix(segment_.size());
            segment_ = first_segment(rest_);
            return *this;
        }
        bool operator==(std::default_sentinel_t) const { return rest_.empty(); }

    private:
        std::string_view rest_;
        std::string_view segment_;
    };

    [[nodiscard]] Iterator begin() const { return Iterator(path_); }
    [[nodiscard]] static std::default_sentinel_t end() { return {}; }

private:
    std::string_view path_;
};

}  // namespace causeway::routing
