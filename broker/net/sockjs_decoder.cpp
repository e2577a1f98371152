#include <algorithm>

#include "broker/base/utf8.hpp"
#include "broker/net/sockjs.hpp"

namespace causeway::net::sockjs {

namespace {

constexpr std::uint32_t kReplacement = 0xfffd;

void append_utf8(std::string& out, std::uint32_t point) {
    const auto tail = [&](unsigned shift) { return static_cast<char>(0x80U | ((point >> shift) & 0x3fU)); };
    if (point < 0x80) {
        out.push_back(static_cast<char>(point));
    } else if (point < 0x800) {
        out.append({static_cast<char>(0xc0U | (point >> 6U)), tail(0)});
    } else if (point < 0x10000) {
        out.append({static_cast<char>(0xe0U | (point >> 12U)), tail(6), tail(0)});
    } else {
        out.append({static_cast<char>(0xf0U | (point >> 18U)), tail(12), tail(6), tail(0)});
    }
}

bool is_high(std::uint32_t unit) { return unit >= 0xd800 && unit < 0xdc00; }
bool is_low(std::uint32_t unit) { return unit >= 0xdc00 && unit < 0xe000; }

// A strict reader of `"…"` and `["…",…]`. The payload is valid UTF-8 already.
class Reader {
public:
    Reader(std::string_view text, std::uint16_t high_half, std::string& out)
        : text_(text), high_half_(high_half), out_(out) {}

    [[nodiscard]] bool read() {
        skip_blanks();
        const bool good = peek() == '[' ? read_array() : read_string();
        skip_blanks();
        return good && text_.empty();
    }
    [[nodiscard]] std::uint16_t high_half() const { return high_half_; }

private:
    [[nodiscard]] char peek() const { return text_.empty() ? '\0' : text_.front(); }

    [[nodiscard]] bool take(char c) {
        if (text_.empty() || text_.front() != c) return false;
        text_.remove_prefix(1);
        return true;
    }

    void skip_blanks() {
        const std::size_t end = text_.find_first_not_of(" \t\r\n");
        text_.remove_prefix(std::min(end, text_.size()));
    }

    [[nodiscard]] bool read_array() {
        text_.remove_prefix(1);
        skip_blanks();
        if (take(']')) return true;
        do {
            skip_blanks();
            if (!read_string()) return false;
            skip_blanks();
        } while (take(','));
        return take(']');
    }

    [[nodiscard]] bool read_string() {
        if (!take('"')) return false;
        while (true) {
            const auto special = [](char c) {
                return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20;
            };
            const auto end = std::find_if(text_.begin(), text_.end(), special);
            const auto run = static_cast<std::size_t>(end - text_.begin());
            if (run > 0) settle();
            out_.append(text_.substr(0, run));
            text_.remove_prefix(run);
            if (take('"')) return true;
            if (!take('\\') || !read_escape()) return false;
        }
    }

    [[nodiscard]] bool read_escape() {
        static constexpr std::string_view kNames = "\"\\/bfnrt";
        static constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
        if (take('u')) return read_unit();
        const std::size_t which = text_.empty() ? std::string_view::npos : kNames.find(text_.front());
        if (which == std::string_view::npos) return false;
        text_.remove_prefix(1);
        settle();
        out_.push_back(kMeanings[which]);
        return true;
    }

    [[nodiscard]] bool read_unit() {
        if (text_.size() < 4) return false;
        std::uint32_t unit = 0;
        for (const char c : text_.substr(0, 4)) {
            const bool digit = c >= '0' && c <= '9';
            const char letter = static_cast<char>(c | 0x20);
            if (!digit && (letter < 'a' || letter > 'f')) return false;
            unit = unit * 16 + static_cast<std::uint32_t>(digit ? c - '0' : letter - 'a' + 10);
        }
        text_.remove_prefix(4);
        on_unit(unit);
        return true;
    }

    void on_unit(std::uint32_t unit) {
        if (is_low(unit) && high_half_ != 0) {
            append_utf8(out_, 0x10000U + ((high_half_ - 0xd800U) << 10U) + (unit - 0xdc00U));
            high_half_ = 0;
            return;
        }
        settle();
        if (is_high(unit))
            high_half_ = static_cast<std::uint16_t>(unit);
        else
            append_utf8(out_, is_low(unit) ? kReplacement : unit);
    }

    // What follows is not the other half.
    void settle() {
        if (high_half_ != 0) append_utf8(out_, kReplacement);
        high_half_ = 0;
    }

    std::string_view text_;
    std::uint16_t high_half_;
    std::string& out_;
};

}  // namespace

Decoder::Result Decoder::decode(std::string_view payload, std::string& out) {
    if (payload.empty()) return Result::kEmpty;
    if (!is_valid_utf8(payload)) return Result::kBroken;
    const std::size_t before = out.size();
    Reader reader(payload, high_half_, out);
    if (!reader.read()) {
        out.resize(before);
        return Result::kBroken;
    }
    high_half_ = reader.high_half();
    return Result::kOk;
}

}  // namespace causeway::net::sockjs
