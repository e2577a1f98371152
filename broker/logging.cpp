#include "broker/logging.hpp"

#include <spdlog/pattern_formatter.h>
#include <spdlog/fmt/chrono.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <nlohmann/json.hpp>

namespace causeway {

namespace {

std::array<std::atomic<std::uint64_t>, 4> lines;

admin::LogLevel level_of(spdlog::level::level_enum level) {
    switch (level) {
        case spdlog::level::trace:
        case spdlog::level::debug: return admin::LogLevel::kDebug;
        case spdlog::level::info: return admin::LogLevel::kInfo;
        case spdlog::level::warn: return admin::LogLevel::kWarn;
        default: return admin::LogLevel::kError;
    }
}

std::string one_line(std::string_view text) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string line;
    line.reserve(text.size());
    for (const char c : text) {
        const auto octet = static_cast<unsigned char>(c);
        if (octet >= 0x20 && octet != 0x7f)
            line += c;
        else
            line.append({'\\', 'x', digits[octet >> 4], digits[octet & 15]});
    }
    return line;
}

// RFC 3339 with milliseconds, UTC.
std::string timestamp(spdlog::log_clock::time_point time) {
    const auto since = time.time_since_epoch();
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(since).count() % 1000;
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(spdlog::log_clock::to_time_t(time)), ms);
}

class LineFormatter final : public spdlog::formatter {
public:
    explicit LineFormatter(bool json) : json_(json) {}

    void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
        lines[static_cast<std::size_t>(level_of(message.level))].fetch_add(1, std::memory_order_relaxed);
        const std::string_view text(message.payload.data(), message.payload.size());
        const auto level = spdlog::level::to_string_view(message.level);
        const std::string_view level_name(level.data(), level.size());
        std::string line;
        if (json_) {
            const nlohmann::ordered_json object{
                {"ts", timestamp(message.time)}, {"level", level_name}, {"msg", text}};
            line = object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
        } else {
            line = fmt::format("{} {:<5} {}", timestamp(message.time), level_name, one_line(text));
        }
        line += '\n';
        out.append(line.data(), line.data() + line.size());
    }

    [[nodiscard]] std::unique_ptr<formatter> clone() const override { return std::make_unique<LineFormatter>(json_); }

private:
    const bool json_;
};

}  // namespace

void start_logging(const std::string& level, const std::string& format) {
    auto logger = std::make_shared<spdlog::logger>("causeway", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    logger->set_formatter(std::make_unique<LineFormatter>(format == "json"));
    logger->set_level(spdlog::level::from_str(level));
    logger->flush_on(spdlog::level::info);
    spdlog::set_default_logger(std::move(logger));
}

admin::Counts<admin::LogLevel> log_counts() {
    admin::Counts<admin::LogLevel> counts;
    for (std::size_t i = 0; i < lines.size(); ++i)
        counts.numbers[i] = lines[i].load(std::memory_order_relaxed);
    return counts;
}

}  // namespace causeway
