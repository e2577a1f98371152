#include "tools/causewayctl/table.hpp"

#include <algorithm>
#include <cassert>
#include <numeric>
#include <ostream>

#include "broker/base/utf8.hpp"

namespace causeway::ctl {

namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";
constexpr std::size_t kGap = 2;
constexpr std::size_t kNarrowest = 6;

std::size_t sequence_length(char first) {
    const auto byte = static_cast<unsigned char>(first);
    return byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
}

// Of valid UTF-8.
char32_t code_point(std::string_view sequence) {
    const auto at = [&](std::size_t i) {
        return static_cast<char32_t>(static_cast<unsigned char>(sequence[i]));
    };
    switch (sequence.size()) {
        case 1:
            return at(0);
        case 2:
            return (at(0) & 0x1f) << 6 | (at(1) & 0x3f);
        case 3:
            return (at(0) & 0x0f) << 12 | (at(1) & 0x3f) << 6 | (at(2) & 0x3f);
        default:
            return (at(0) & 0x07) << 18 | (at(1) & 0x3f) << 12 | (at(2) & 0x3f) << 6 | (at(3) & 0x3f);
    }
}

std::size_t width_of(char32_t c) {
    struct Range {
        char32_t first, last;
        std::size_t width;
    };
    // Unicode 15 in broad strokes: enough to keep columns straight.
    static constexpr Range kRanges[] = {{0x0300, 0x036f, 0},   {0x1100, 0x115f, 2},  {0x200b, 0x200f, 0},
                                        {0x20d0, 0x20ff, 0},   {0x2e80, 0xa4cf, 2},  {0xac00, 0xd7a3, 2},
                                        {0xf900, 0xfaff, 2},   {0xfe00, 0xfe0f, 0},  {0xfe30, 0xfe6f, 2},
                                        {0xff00, 0xff60, 2},   {0xffe0, 0xffe6, 2},  {0x1f300, 0x1f64f, 2},
                                        {0x1f900, 0x1f9ff, 2}, {0x20000, 0x3fffd, 2}};
    for (const Range& range : kRanges)
        if (c >= range.first && c <= range.last) return range.width;
    return 1;
}

bool is_control(char32_t c) {
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x202a && c <= 0x202e) ||
           (c >= 0x2066 && c <= 0x2069);
}

void pad(std::ostream& out, std::size_t blanks) { out << std::string(blanks, ' '); }

}  // namespace

std::string printable(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
        const std::string_view sequence = text.substr(i, sequence_length(text[i]));
        const bool valid = is_valid_utf8(sequence);
        if (valid && !is_control(code_point(sequence)))
            out += sequence;
        else
            out += kReplacement;
        i += valid ? sequence.size() : 1;
    }
    return out;
}

std::size_t display_width(std::string_view text) {
    std::size_t width = 0;
    for (std::size_t i = 0; i < text.size();) {
        const std::string_view sequence = text.substr(i, sequence_length(text[i]));
        width += width_of(code_point(sequence));
        i += sequence.size();
    }
    return width;
}

std::string cut_to_width(std::string_view text, std::size_t width) {
    if (display_width(text) <= width) return std::string(text);
    std::size_t used = 0;
    std::size_t i = 0;
    while (i < text.size()) {
        const std::string_view sequence = text.substr(i, sequence_length(text[i]));
        const std::size_t more = width_of(code_point(sequence));
        if (used + more + 1 > width) break;
        used += more;
        i += sequence.size();
    }
    return std::string(text.substr(0, i)) + "…";
}

void Table::add(std::vector<std::string> cells) {
    assert(cells.size() == columns_.size());
    for (auto& cell : cells) cell = printable(cell);
    rows_.push_back(std::move(cells));
}

void Table::print(const Context& context) const {
    if (context.io.out_is_terminal)
        print_aligned(context);
    else
        print_plain(context);
}

void Table::print_plain(const Context& context) const {
    std::ostream& out = context.io.out;
    if (!context.globals.no_headers)
        for (std::size_t i = 0; i < columns_.size(); ++i)
            out << columns_[i].title << (i + 1 < columns_.size() ? '\t' : '\n');
    for (const auto& row : rows_)
        for (std::size_t i = 0; i < row.size(); ++i) out << row[i] << (i + 1 < row.size() ? '\t' : '\n');
}

std::vector<std::size_t> Table::widths(const Context& context) const {
    std::vector<std::size_t> widths;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        std::size_t width = context.globals.no_headers ? 0 : display_width(columns_[i].title);
        for (const auto& row : rows_) width = std::max(width, display_width(row[i]));
        widths.push_back(width);
    }
    if (context.io.columns <= 0) return widths;
    // Too wide: the widest column gives way, until it fits or nothing can be cut any more.
    const std::size_t room = static_cast<std::size_t>(context.io.columns);
    const std::size_t gaps = kGap * (columns_.size() - 1);
    while (std::accumulate(widths.begin(), widths.end(), gaps) > room) {
        const auto widest = std::max_element(widths.begin(), widths.end());
        if (*widest <= kNarrowest) break;
        --*widest;
    }
    return widths;
}

void Table::print_aligned(const Context& context) const {
    std::ostream& out = context.io.out;
    const auto column_widths = widths(context);
    const auto print_row = [&](const auto& cell_at) {
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            const std::string cell = cut_to_width(cell_at(i), column_widths[i]);
            const std::size_t blanks = column_widths[i] - std::min(column_widths[i], display_width(cell));
            if (i > 0) pad(out, kGap);
            if (columns_[i].align == Align::kRight) pad(out, blanks);
            out << cell;
            if (columns_[i].align == Align::kLeft && i + 1 < columns_.size()) pad(out, blanks);
        }
    };
    if (!context.globals.no_headers) {
        if (context.wants_color()) out << "\x1b[1m";
        print_row([&](std::size_t i) -> const std::string& { return columns_[i].title; });
        out << (context.wants_color() ? "\x1b[0m\n" : "\n");
    }
    for (const auto& row : rows_) {
        print_row([&](std::size_t i) -> const std::string& { return row[i]; });
        out << '\n';
    }
}

}  // namespace causeway::ctl
