#include "tools/soak/event.hpp"

#include <charconv>

namespace causeway::soak {

namespace {

// How many numbers a line has; nothing: there is no such line.
std::optional<std::size_t> count_of(char letter) {
    switch (static_cast<Fact>(letter)) {
        case Fact::kRun:
        case Fact::kAttempted:
        case Fact::kListener:
            return 3;
        case Fact::kMember:
        case Fact::kReceipted:
            return 2;
        case Fact::kReceived:
            return 5;
        case Fact::kRefused:
        case Fact::kNotRecovered:
        case Fact::kKilled:
        case Fact::kCrashed:
            return 1;
        case Fact::kDrained:
        case Fact::kReread:
            return 0;
    }
    return std::nullopt;
}

}  // namespace

std::string to_line(const Event& event) {
    std::string line(1, static_cast<char>(event.fact));
    for (std::size_t i = 0; i < *count_of(line[0]); ++i) (line += ' ') += std::to_string(event.numbers[i]);
    return line += '\n';
}

std::optional<Event> parse_line(std::string_view line) {
    const auto count = line.empty() ? std::nullopt : count_of(line[0]);
    if (!count) return std::nullopt;
    Event event{static_cast<Fact>(line[0]), {}};
    line.remove_prefix(1);
    for (std::size_t i = 0; i < *count; ++i) {
        if (line.empty() || line[0] != ' ') return std::nullopt;
        line.remove_prefix(1);
        const auto [end, failed] = std::from_chars(line.data(), line.data() + line.size(), event.numbers[i]);
        if (failed != std::errc()) return std::nullopt;
        line.remove_prefix(static_cast<std::size_t>(end - line.data()));
    }
    return line.empty() ? std::optional(event) : std::nullopt;
}

}  // namespace causeway::soak
