#include "broker/app/iso_time.hpp"

#include <chrono>

namespace causeway::app {

namespace {

// Takes its parts off the front of a text; after the first fault all it gives is worth nothing.
class Cursor {
public:
    explicit Cursor(std::string_view text) : rest_(text) {}

    int digits(std::size_t count, int most) {
        int number = 0;
        for (std::size_t i = 0; i < count; ++i) number = number * 10 + digit();
        if (number > most) good_ = false;
        return number;
    }
    void expect(char wanted) {
        if (next() != wanted) good_ = false;
    }
    char next() {
        if (rest_.empty()) {
            good_ = false;
            return 0;
        }
        const char c = rest_.front();
        rest_.remove_prefix(1);
        return c;
    }
    [[nodiscard]] bool sees(char c) const { return rest_.starts_with(c); }
    [[nodiscard]] bool sees_digit() const {
        return !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9';
    }
    int digit() {
        const char c = next();
        if (c < '0' || c > '9') good_ = false;
        return c - '0';
    }
    void refuse() { good_ = false; }
    [[nodiscard]] bool ended_well() const { return good_ && rest_.empty(); }

private:
    std::string_view rest_;
    bool good_ = true;
};

// Digits beyond milliseconds are dropped.
std::int64_t fraction(Cursor& text) {
    std::int64_t ms = text.digit() * 100;
    for (int scale = 10; text.sees_digit(); scale /= 10) ms += text.digit() * scale;
    return ms;
}

std::int64_t zone_minutes(Cursor& text) {
    const char sign = text.next();
    if (sign == 'Z' || sign == 'z') return 0;
    const int hours = text.digits(2, 23);
    text.expect(':');
    const int minutes = hours * 60 + text.digits(2, 59);
    if (sign == '+') return minutes;
    if (sign == '-') return -minutes;
    text.refuse();
    return 0;
}

}  // namespace

std::optional<std::int64_t> parse_iso_time(std::string_view written) {
    using namespace std::chrono;
    if (written.size() > 40) return std::nullopt;
    Cursor text(written);
    const year in_year{text.digits(4, 9999)};
    text.expect('-');
    const month in_month{static_cast<unsigned>(text.digits(2, 12))};
    text.expect('-');
    const day on_day{static_cast<unsigned>(text.digits(2, 31))};
    text.expect('T');
    std::int64_t seconds = text.digits(2, 23) * 3600;
    text.expect(':');
    seconds += text.digits(2, 59) * 60;
    text.expect(':');
    seconds += text.digits(2, 60);
    std::int64_t ms = 0;
    if (text.sees('.')) {
        text.expect('.');
        ms = fraction(text);
    }
    seconds -= zone_minutes(text) * 60;
    const year_month_day date{in_year, in_month, on_day};
    if (!text.ended_well() || !date.ok()) return std::nullopt;
    return milliseconds(sys_days(date).time_since_epoch()).count() + seconds * 1000 + ms;
}

}  // namespace causeway::app
