// NATS subjects as values that cannot hold anything else. The client library sends whatever text it is
// given, so a CR LF in a subject would be a second command: only these two types reach it.
// Pure functions over text; any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace causeway::bridge {

inline constexpr std::size_t kMaxSubjectBytes = 512;
inline constexpr std::size_t kMaxTokenBytes = 128;
inline constexpr std::size_t kMaxTokens = 32;

// One concrete subject: non-empty tokens joined by `.`, valid UTF-8, no blank, control, wildcard or `/`,
// and not one that NATS keeps for itself (first token beginning with `$` or `_`).
class Subject {
public:
    // The subject, or what is wrong with the text, for people.
    [[nodiscard]] static std::variant<Subject, std::string> parse(std::string_view text);

    [[nodiscard]] const std::string& text() const { return text_; }
    bool operator==(const Subject&) const = default;

private:
    friend class SubjectPattern;
    explicit Subject(std::string_view text) : text_(text) {}
    std::string text_;
};

// What is subscribed to: a subject whose later tokens may be `*` (one) or, as the last, `>` (one or more).
// The first token is always literal, so that no pattern hears replies or the server's own subjects.
class SubjectPattern {
public:
    [[nodiscard]] static std::variant<SubjectPattern, std::string> parse(std::string_view text);

    [[nodiscard]] const std::string& text() const { return text_; }
    [[nodiscard]] bool matches(const Subject& subject) const;
    // Whether some subject matches both: NATS would deliver it twice.
    [[nodiscard]] bool overlaps(const SubjectPattern& other) const;
    bool operator==(const SubjectPattern&) const = default;

private:
    explicit SubjectPattern(std::string_view text) : text_(text) {}
    std::string text_;
};

// /topic/{subject} and back. Each is the other's inverse wherever it has a value: `.` stays, `/`, blank and
// `%` of a destination are %2F, %20 and %25 in the subject, everything else is itself. Refused is a
// destination that is no topic or has no lawful subject, and a subject that no destination becomes.
[[nodiscard]] std::variant<Subject, std::string> subject_from_destination(std::string_view destination);
[[nodiscard]] std::optional<std::string> destination_from_subject(const Subject& subject);

}  // namespace causeway::bridge
