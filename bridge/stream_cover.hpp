// Which subjects are heard from streams instead of directly, and where each stream has got. Filled on the
// bridge's thread, asked for every event on the library's: one lock, held for a few comparisons.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace causeway::bridge {

// Whether a subject matches a pattern of NATS; whether all subjects of `narrow` match `wide`. Both may
// begin with a wildcard, as streams' subjects do.
[[nodiscard]] bool subject_matches(std::string_view pattern, std::string_view subject);
[[nodiscard]] bool pattern_within(std::string_view narrow, std::string_view wide);
// The pattern of all subjects that match both; nothing if none does.
[[nodiscard]] std::optional<std::string> pattern_of_both(std::string_view a, std::string_view b);

class StreamCover {
public:
    // A consumer of ours: hears what matches the filter (if it is not empty) and one of the subjects.
    struct Source {
        std::string stream;
        std::vector<std::string> subjects;
        std::string filter;
        bool operator==(const Source&) const = default;
    };

    // Any thread.
    void replace(std::vector<Source> sources);
    [[nodiscard]] bool covers(std::string_view subject) const;

    void delivered(const std::string& stream, std::uint64_t sequence);
    // The highest sequence delivered so far; 0: none since `created` was another.
    [[nodiscard]] std::uint64_t last_delivered(const std::string& stream, const std::string& created);

private:
    struct Progress {
        std::string created;
        std::uint64_t last = 0;
    };

    mutable std::mutex mutex_;
    // Guarded by mutex_
    std::vector<Source> sources_;
    std::map<std::string, Progress, std::less<>> progress_;
};

}  // namespace causeway::bridge
