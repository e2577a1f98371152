#include "broker/config/toml_text.hpp"

#include <algorithm>

#include "broker/base/utf8.hpp"
#include "broker/routing/destination.hpp"

namespace causeway::config {

namespace {

bool is_control(char c) {
    const auto octet = static_cast<unsigned char>(c);
    return octet == 0x7f || (octet < 0x20 && c != '\t' && c != '\n' && c != '\r');
}

std::size_t line_at(std::string_view text, std::size_t at) {
    return 1 + static_cast<std::size_t>(
                   std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
}

}  // namespace

std::optional<TextFault> fault_of_text(std::string_view text) {
    if (!is_valid_utf8(text)) return TextFault{0, "it is not UTF-8"};
    const auto control = std::find_if(text.begin(), text.end(), is_control);
    if (control != text.end())
        return TextFault{line_at(text, static_cast<std::size_t>(control - text.begin())),
                         "there is a control character"};
    for (const std::string_view escape : {"\\u0025", "\\U00000025"})  // would look like our own disguise
        if (const std::size_t at = text.find(escape); at != std::string_view::npos)
            return TextFault{line_at(text, at), "write % itself in place of its escape"};
    return std::nullopt;
}

std::string disguised(std::string_view text) {
    static constexpr std::string_view kHex = "0123456789ABCDEF";
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
    std::string ascii;
    ascii.reserve(text.size());
    for (const char c : text) {
        const auto octet = static_cast<unsigned char>(c);
        ascii += octet < 0x80 && c != '%' ? c : '%';
        if (octet < 0x80 && c != '%') continue;
        ascii += kHex[octet >> 4];
        ascii += kHex[octet & 15];
    }
    return ascii;
}

std::string plain(std::string_view text) {
    return routing::decode_segment(text).value_or(
        std::string(text));  // a message of the parser may cut one in two
}

}  // namespace causeway::config
