#include "broker/routing/pattern.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "broker/base/random.hpp"
#include "broker/routing/path_syntax.hpp"
#include "broker/routing/pattern_tree.hpp"

using namespace causeway;
using namespace causeway::routing;

namespace {

Pattern pattern(std::string_view text) {
    auto parsed = Pattern::parse(text);
    REQUIRE(std::holds_alternative<Pattern>(parsed));
    return std::get<Pattern>(std::move(parsed));
}

bool is_refused(std::string_view text) { return std::holds_alternative<std::string>(Pattern::parse(text)); }

// The definition, word for word, with no thought of speed.
bool naive_match(std::string_view pattern, std::string_view path) {
    if (pattern.empty()) return path.empty();
    const auto segment = first_segment(pattern);
    if (segment == pattern && is_rest_wildcard(segment.substr(1)))
        return path.empty() || path[0] == segment[0];
    if (path.empty()) return false;
    const auto concrete = first_segment(path);
    const bool same = segment.substr(1) == "*" ? segment[0] == concrete[0] : segment == concrete;
    return same && naive_match(pattern.substr(segment.size()), path.substr(concrete.size()));
}

// All paths of up to four segments over two names and two separators.
std::vector<std::string> all_paths() {
    std::vector<std::string> paths;
    std::vector<std::string> longest{""};
    for (int length = 1; length <= 4; ++length) {
        std::vector<std::string> longer;
        for (const auto& path : longest)
            for (const char* segment : {"/a", "/b", ".a", ".b"}) longer.push_back(path + segment);
        paths.insert(paths.end(), longer.begin(), longer.end());
        longest = std::move(longer);
    }
    return paths;
}

std::string random_path(SeededRandom& random, bool with_wildcards) {
    unsigned char octets[9];
    random.fill(octets, sizeof octets);
    std::string path;
    const std::size_t length = 1 + octets[0] % 4;
    for (std::size_t i = 0; i < length; ++i) {
        path += octets[1 + i] % 4 == 0 ? '.' : '/';
        const int pick = octets[5 + i] % (with_wildcards ? 5 : 2);
        if (pick == 4)
            path += i + 1 == length ? "**" : "*";
        else
            path += pick == 3 ? "*" : pick == 1 ? "b" : "a";
    }
    path[0] = '/';
    return path;
}

}  // namespace

TEST_CASE("a pattern matches whole segments and separators as written") {
    struct Row {
        const char* pattern;
        const char* destination;
        bool matches;
    };
    const Row rows[] = {
        {"/topic/a", "/topic/a", true},
        {"/topic/a", "/topic/ab", false},
        {"/topic/a", "/topic/a/b", false},
        {"/topic/a.b", "/topic/a/b", false},
        {"/topic/*", "/topic/a", true},
        {"/topic/*", "/topic", false},
        {"/topic/*", "/topic/a/b", false},
        {"/topic/*", "/topic/a.b", false},
        {"/topic/a.*", "/topic/a.b", true},
        {"/topic/a.*", "/topic/a/b", false},
        {"/topic/*/c", "/topic/b/c", true},
        {"/topic/*/c", "/topic/b/d", false},
        {"/topic/*/c", "/topic/b", false},
        {"/topic/a/*", "/topic/ab", false},
        {"/topic/a/**", "/topic/a", true},
        {"/topic/a/**", "/topic/a/b", true},
        {"/topic/a/**", "/topic/a/b.c/d", true},
        {"/topic/a/**", "/topic/a.b", false},
        {"/topic/a/**", "/topic/ab", false},
        {"/topic/a/>", "/topic/a/b/c", true},
        {"/topic/a.#", "/topic/a.b/c", true},
        {"/topic/a.#", "/topic/a", true},
        {"/topic/a.#", "/topic/a/b", false},
        {"/topic/*/**", "/topic", false},
        {"/topic/*/**", "/topic/x", true},
        {"/topic/*/**", "/topic/x/y/z", true},
        {"/**", "/queue/x", true},
    };
    for (const auto& row : rows) {
        CAPTURE(row.pattern);
        CAPTURE(row.destination);
        CHECK(pattern(row.pattern).matches(row.destination) == row.matches);
    }
}

TEST_CASE("wildcards are whole segments, and only the last one may be open") {
    for (const char* text :
         {"/topic/a*", "/topic/*a", "/topic/***", "/topic/**/a", "/topic/>/a", "/topic/#.a", "/topic/a>b",
          "/topic/##", "topic/*", "/topic//**", "/topic/", "", "/topic/*\n"}) {
        CAPTURE(text);
        CHECK(is_refused(text));
    }
    const auto refusal = Pattern::parse("/topic/**/a");
    REQUIRE(std::holds_alternative<std::string>(refusal));
    CHECK(std::get<std::string>(refusal) == "pattern has '**' before its end, where only '*' may be");
}

TEST_CASE("a pattern knows whether it is literal and what kind it matches") {
    CHECK(pattern("/topic/a").is_literal());
    CHECK_FALSE(pattern("/topic/*").is_literal());
    CHECK_FALSE(pattern("/topic/a.#").is_literal());
    CHECK(pattern("/topic/**").kind() == DestinationKind::kTopic);
    CHECK(pattern("/user/queue/*").kind() == DestinationKind::kUserQueue);
    CHECK(pattern("/user/*/queue/x").kind() == DestinationKind::kNamedUserQueue);
    CHECK_FALSE(pattern("/user/**").kind());
    CHECK_FALSE(pattern("/user/*/**").kind());
    CHECK_FALSE(pattern("/**").kind());
    CHECK_FALSE(pattern("/*/a").kind());
}

TEST_CASE("patterns overlap when some destination is in both, whichever is asked") {
    struct Row {
        const char* left;
        const char* right;
        bool overlap;
    };
    const Row rows[] = {
        {"/topic/a", "/topic/a", true},
        {"/topic/a", "/topic/b", false},
        {"/topic/*", "/topic/b", true},
        {"/topic/*/x", "/topic/b/*", true},
        {"/topic/*/x", "/topic/b/y", false},
        {"/topic/**", "/topic/b/y", true},
        {"/topic/a/**", "/topic/a", true},
        {"/topic/a/**", "/topic/*", true},
        {"/topic/a/**", "/topic/b/**", false},
        {"/topic/a/**", "/topic/a.**", true},
        {"/topic/a/**", "/topic/a.b", false},
        {"/topic/a/**", "/topic/a.*", false},
        {"/topic/**", "/**", true},
        {"/topic/*.x", "/topic/*/x", false},
        {"/topic/a/b/>", "/topic/a/#", true},
        {"/topic/a/b", "/topic/a", false},
        {"/topic/*/b/**", "/topic/a/*", true},
    };
    for (const auto& row : rows) {
        CAPTURE(row.left);
        CAPTURE(row.right);
        CHECK(pattern(row.left).overlaps(pattern(row.right)) == row.overlap);
        CHECK(pattern(row.right).overlaps(pattern(row.left)) == row.overlap);
    }
}

TEST_CASE("random patterns: the walk, the tree and the definition agree, and a shared match is an overlap") {
    SeededRandom random(42);
    std::size_t matched = 0;
    for (int round = 0; round < 20'000; ++round) {
        const std::string left = random_path(random, true);
        const std::string right = random_path(random, true);
        const std::string path = random_path(random, false);
        CAPTURE(left);
        CAPTURE(right);
        CAPTURE(path);
        const bool in_left = naive_match(left, path);
        REQUIRE(pattern(left).matches(path) == in_left);
        bool in_tree = false;
        PatternTree<int> tree;
        tree.at(left) = 1;
        tree.for_each_match(path, [&](int) { in_tree = true; });
        REQUIRE(in_tree == in_left);
        if (in_left && naive_match(right, path)) REQUIRE(pattern(left).overlaps(pattern(right)));
        matched += in_left ? 1 : 0;
    }
    CHECK(matched > 500);
}

TEST_CASE("random patterns overlap exactly when some path is in both") {
    SeededRandom random(7);
    const auto paths = all_paths();
    std::size_t overlapping = 0;
    for (int round = 0; round < 1'000; ++round) {
        const std::string left = random_path(random, true);
        const std::string right = random_path(random, true);
        CAPTURE(left);
        CAPTURE(right);
        bool shared = false;
        for (const auto& path : paths)
            shared = shared || (naive_match(left, path) && naive_match(right, path));
        REQUIRE(pattern(left).overlaps(pattern(right)) == shared);
        overlapping += shared ? 1 : 0;
    }
    CHECK(overlapping > 50);
    CHECK(overlapping < 900);
}
