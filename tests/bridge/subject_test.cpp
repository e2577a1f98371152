#include "bridge/subject.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <set>

#include "broker/base/random.hpp"

using namespace causeway;
using namespace causeway::bridge;
using namespace std::string_literals;

namespace {

// What parse() finds wrong; empty if it accepts.
template <typename T>
std::string fault(const std::variant<T, std::string>& parsed) {
    return parsed.index() == 0 ? "" : std::get<std::string>(parsed);
}
std::string subject_fault(std::string_view text) { return fault(Subject::parse(text)); }
std::string pattern_fault(std::string_view text) { return fault(SubjectPattern::parse(text)); }
Subject subject(std::string_view text) { return std::get<Subject>(Subject::parse(text)); }
SubjectPattern pattern(std::string_view text) {
    return std::get<SubjectPattern>(SubjectPattern::parse(text));
}

}  // namespace

TEST_CASE("a subject is tokens joined by dots") {
    for (const char* good : {"a", "business.order.created", "a.b-c_d.E9", "x.$SYS", "x._INBOX",
                             "business.order:7", "business.\u8ba2\u5355", "50%", "a.~!@^&()=+[]{}|;',?"}) {
        CAPTURE(good);
        REQUIRE(subject_fault(good) == "");
        CHECK(subject(good).text() == good);
    }
}

TEST_CASE("a subject that could mean something else is refused, with the reason") {
    const std::pair<std::string, std::string> rows[] = {
        {"", "empty"},
        {"victim 0\r\n\r\nPUB evil 0", "blank"},
        {"a\r", "control"},
        {"a\nb", "control"},
        {"a\tb", "control"},
        {"a\0b"s, "control"},
        {"a\x7f", "control"},
        {"a b", "blank"},
        {" a", "blank"},
        {"a..b", "empty token"},
        {".a", "empty token"},
        {"a.", "empty token"},
        {".", "empty token"},
        {"..", "empty token"},
        {"a.*", "wildcard"},
        {"*", "wildcard"},
        {"a.>", "wildcard"},
        {"a.x*y", "wildcard"},
        {"a/b", "'/'"},
        {"a.#", "'#'"},
        {"$SYS.REQ.SERVER.PING", "reserved"},
        {"$JS.API.STREAM.DELETE.x", "reserved"},
        {"_INBOX.abc.1", "reserved"},
        {"_R_.abc", "reserved"},
        {"a.\xff", "UTF-8"},
        {"a.\xc0\xae", "UTF-8"},
        {"a.\xed\xa0\x80", "UTF-8"},
        {std::string(129, 'a'), "128 bytes in a token"},
        {std::string(513, 'a'), "512 bytes"},
    };
    for (const auto& [text, reason] : rows) {
        CAPTURE(text);
        CHECK(subject_fault(text).find(reason) != std::string::npos);
        CHECK(pattern_fault(text).empty() == (text == "a.*" || text == "a.>"));
    }
}

TEST_CASE("the limits of a subject are what is still accepted") {
    const std::string token(kMaxTokenBytes, 'a');
    CHECK(subject_fault(token) == "");
    CHECK(subject_fault(token + "." + token + "." + token + "." + token.substr(3)) == "");
    CHECK(subject_fault(token + "." + token + "." + token + "." + token.substr(2)) != "");
    std::string tokens = "a";
    for (std::size_t i = 1; i < kMaxTokens; ++i) tokens += ".a";
    CHECK(subject_fault(tokens) == "");
    CHECK(subject_fault(tokens + ".a") != "");
}

TEST_CASE("a pattern has wildcards as whole tokens and not first") {
    for (const char* good : {"a", "business.>", "a.*", "a.*.b", "a.*.*.>"}) CHECK(pattern_fault(good) == "");
    for (const char* bad :
         {">", "*", "*.a", "a.>.b", "a.b>", "a.*b", "a.**", "$SYS.>", "_INBOX.>", "a.> ", ""})
        CHECK(pattern_fault(bad) != "");
}

TEST_CASE("what a pattern matches and overlaps") {
    struct Row {
        const char* pattern;
        const char* other;
        bool expected;
    };
    for (const Row& row : {Row{"a.>", "a.b", true}, Row{"a.>", "a.b.c", true}, Row{"a.>", "a", false},
                           Row{"a.*", "a.b", true}, Row{"a.*", "a.b.c", false}, Row{"a.*.c", "a.b.c", true},
                           Row{"a.b", "a.b", true}, Row{"a.b", "a.bc", false}, Row{"a", "a.b", false}}) {
        CAPTURE(row.pattern);
        CAPTURE(row.other);
        CHECK(pattern(row.pattern).matches(subject(row.other)) == row.expected);
        CHECK(pattern(row.pattern).overlaps(pattern(row.other)) == row.expected);
        CHECK(pattern(row.other).overlaps(pattern(row.pattern)) == row.expected);
    }
    CHECK(pattern("a.*.c").overlaps(pattern("a.b.*")));
    CHECK(pattern("a.>").overlaps(pattern("a.*")));
    CHECK_FALSE(pattern("business.>").overlaps(pattern("communication.>")));
}

TEST_CASE("a topic and its subject") {
    const std::pair<const char*, const char*> rows[] = {
        {"/topic/business.order.created", "business.order.created"},
        {"/topic/a/b", "a%2Fb"},
        {"/topic/a.b/c", "a.b%2Fc"},
        {"/topic/my room", "my%20room"},
        {"/topic/100%", "100%25"},
        {"/topic/a%2Fb", "a%252Fb"},
        {"/topic/\u4f60\u597d", "\u4f60\u597d"},
        {"/topic//a", "%2Fa"},
    };
    for (const auto& [destination, text] : rows) {
        const auto mapped = subject_from_destination(destination);
        REQUIRE(fault(mapped) == "");
        CHECK(std::get<Subject>(mapped).text() == text);
        CHECK(destination_from_subject(subject(text)) == destination);
    }
}

TEST_CASE("a destination without a lawful subject is refused") {
    for (const std::string& hostile : {""s,
                                       "/topic/"s,
                                       "/topic"s,
                                       "/queue/a"s,
                                       "topic/a"s,
                                       "/topic/a\r\nPUB x 0\r\n\r\n"s,
                                       "/topic/a\tb"s,
                                       "/topic/a\0b"s,
                                       "/topic/."s,
                                       "/topic/.."s,
                                       "/topic/.a"s,
                                       "/topic/a."s,
                                       "/topic/a..b"s,
                                       "/topic/*"s,
                                       "/topic/a.>"s,
                                       "/topic/a.#"s,
                                       "/topic/$SYS.x"s,
                                       "/topic/$JS.API.x"s,
                                       "/topic/_INBOX.x"s,
                                       "/topic/\xff"s,
                                       "/topic/" + std::string(600, 'a'),
                                       "/topic/" + std::string(129, ' ')}) {
        CAPTURE(hostile);
        CHECK(fault(subject_from_destination(hostile)) != "");
    }
}

TEST_CASE("a subject that no destination becomes has none") {
    for (const char* foreign : {"a%", "a%2", "a%2f", "a%41", "a%2E", "a%00", "%%", "a.%zz"})
        CHECK_FALSE(destination_from_subject(subject(foreign)));
}

TEST_CASE("destinations and subjects are each other's inverse, for anything") {
    SeededRandom random(47);
    const std::string alphabet = "ab./% *>#$_\r\n\t2F05:\xc3\xa9\xff";
    std::set<std::string> subjects;
    std::set<std::string> destinations;
    for (int round = 0; round < 200'000; ++round) {
        unsigned char bytes[9];
        random.fill(bytes, sizeof bytes);
        std::string text;
        for (int i = 0; i < bytes[8] % 9; ++i) text += alphabet[bytes[i] % alphabet.size()];

        const auto forth = subject_from_destination("/topic/" + text);
        if (const auto* made = std::get_if<Subject>(&forth)) {
            REQUIRE(destination_from_subject(*made) == "/topic/" + text);
            CHECK(subjects.insert(made->text()).second == destinations.insert(text).second);
        }
        const auto foreign = Subject::parse(text);
        if (const auto* parsed = std::get_if<Subject>(&foreign))
            if (const auto back = destination_from_subject(*parsed))
                REQUIRE(std::get<Subject>(subject_from_destination(*back)) == *parsed);
    }
    CHECK(subjects.size() > 1000);
}
