#include "tools/bench/marker.hpp"

#include <charconv>

namespace causeway::bench {

namespace {

constexpr std::string_view kStart = "#cw:";

std::uint64_t check_sum(const Marker& m) {
    std::uint64_t sum = 0;
    for (const std::uint64_t n : {m.run, m.flow, m.sequence, m.number, m.due})
        sum = (sum ^ n) * 0x9e3779b97f4a7c15ULL + 1;
    return sum >> 44;
}

}  // namespace

void append(std::string& body, const Marker& marker) {
    body += kStart;
    for (const std::uint64_t n :
         {marker.run, marker.flow, marker.sequence, marker.number, marker.due, check_sum(marker)}) {
        char digits[20];
        body.append(digits, std::to_chars(digits, digits + sizeof digits, n).ptr);
        body += ':';
    }
    body.back() = '#';
}

std::optional<Marker> find_marker(std::string_view body) {
    const std::size_t start = body.find(kStart);
    if (start == std::string_view::npos) return std::nullopt;
    const char* at = body.data() + start + kStart.size();
    const char* const end = body.data() + body.size();
    std::uint64_t numbers[6] = {};
    for (std::size_t i = 0; i < 6; ++i) {
        const auto [next, failed] = std::from_chars(at, end, numbers[i]);
        if (failed != std::errc() || next == end || *next != (i == 5 ? '#' : ':')) return std::nullopt;
        at = next + 1;
    }
    const Marker marker{numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]};
    if (check_sum(marker) != numbers[5]) return std::nullopt;
    return marker;
}

}  // namespace causeway::bench
