// Rows of text as columns: aligned and cut to the terminal's width for people, tab-separated and whole
// for programs. Control characters never get through, so a name chosen by a client cannot drive the terminal.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include "tools/causewayctl/context.hpp"

namespace causeway::ctl {

enum class Align { kLeft, kRight };

struct Column {
    std::string title;
    Align align = Align::kLeft;
};

class Table {
public:
    explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

    // As many cells as there are columns.
    void add(std::vector<std::string> cells);
    void print(const Context& context) const;

private:
    void print_plain(const Context& context) const;
    void print_aligned(const Context& context) const;
    [[nodiscard]] std::vector<std::size_t> widths(const Context& context) const;

    std::vector<Column> columns_;
    std::vector<std::vector<std::string>> rows_;
};

// Control characters and broken UTF-8 replaced by U+FFFD.
[[nodiscard]] std::string printable(std::string_view text);

// Columns of a terminal that the text takes: 2 for East Asian wide characters and emoji, 0 for combining
// marks.
[[nodiscard]] std::size_t display_width(std::string_view text);

// At most that many columns; what was cut is marked by "…".
[[nodiscard]] std::string cut_to_width(std::string_view text, std::size_t width);

}  // namespace causeway::ctl
