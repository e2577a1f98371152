#include "broker/base/base64.hpp"

#include <array>
#include <cstdint>

namespace causeway {

namespace {

constexpr std::string_view kStandard = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kUrl = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

using Values = std::array<std::int8_t, 256>;

constexpr Values values_of(std::string_view alphabet) {
    Values values{};
    for (auto& value : values) value = -1;
    for (std::size_t i = 0; i < alphabet.size(); ++i)
        values[static_cast<unsigned char>(alphabet[i])] = static_cast<std::int8_t>(i);
    return values;
}

std::string encode(std::string_view bytes, std::string_view alphabet) {
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    std::uint32_t held = 0;
    int bits = 0;
    for (const char c : bytes) {
        held = (held << 8 | static_cast<unsigned char>(c)) & 0xffff;
        for (bits += 8; bits >= 6;) {
            bits -= 6;
            text += alphabet[held >> bits & 63];
        }
    }
    if (bits > 0) text += alphabet[held << (6 - bits) & 63];
    return text;
}

std::optional<std::string> decode(std::string_view text, const Values& values) {
    if (text.size() % 4 == 1) return std::nullopt;
    std::string bytes;
    bytes.reserve(text.size() * 3 / 4);
    std::uint32_t held = 0;
    int bits = 0;
    for (const char c : text) {
        const int value = values[static_cast<unsigned char>(c)];
        if (value < 0) return std::nullopt;
        held = (held << 6 | static_cast<std::uint32_t>(value)) & 0xfff;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            bytes += static_cast<char>(held >> bits & 0xff);
        }
    }
    if ((held & ((1U << bits) - 1)) != 0) return std::nullopt;  // RFC 4648, 3.5
    return bytes;
}

}  // namespace

std::string base64_encode(std::string_view bytes) {
    std::string text = encode(bytes, kStandard);
    while (text.size() % 4 != 0) text += '=';
    return text;
}

std::optional<std::string> base64_decode(std::string_view text) {
    static constexpr Values values = values_of(kStandard);
    if (text.size() % 4 != 0) return std::nullopt;
    if (text.ends_with('=')) text.remove_suffix(1);
    if (text.ends_with('=')) text.remove_suffix(1);
    return decode(text, values);
}

std::string base64url_encode(std::string_view bytes) { return encode(bytes, kUrl); }

std::optional<std::string> base64url_decode(std::string_view text) {
    static constexpr Values values = values_of(kUrl);
    return decode(text, values);
}

}  // namespace causeway
