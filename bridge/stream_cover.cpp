#include "bridge/stream_cover.hpp"

#include <algorithm>

namespace causeway::bridge {

namespace {

std::optional<std::string_view> next_token(std::optional<std::string_view>& rest) {
    if (!rest) return std::nullopt;
    const auto dot = rest->find('.');
    const std::string_view token = rest->substr(0, dot);
    if (dot == std::string_view::npos)
        rest.reset();
    else
        rest->remove_prefix(dot + 1);
    return token;
}

}  // namespace

bool subject_matches(std::string_view pattern, std::string_view subject) {
    return pattern_within(subject, pattern);
}

bool pattern_within(std::string_view narrow, std::string_view wide) {
    std::optional<std::string_view> inner = narrow;
    std::optional<std::string_view> outer = wide;
    while (true) {
        const auto a = next_token(inner);
        const auto b = next_token(outer);
        if (!a || !b) return !a && !b;
        if (*b == ">") return true;
        if (*a == ">" || (*b != "*" && *a != *b)) return false;
    }
}

std::optional<std::string> pattern_of_both(std::string_view a, std::string_view b) {
    std::optional<std::string_view> left = a;
    std::optional<std::string_view> right = b;
    std::string both;
    while (true) {
        const auto rest_of_left = left;
        const auto rest_of_right = right;
        const auto l = next_token(left);
        const auto r = next_token(right);
        if (!l && !r) return both;
        if (!l || !r) return std::nullopt;
        if (!both.empty()) both += '.';
        if (*l == ">") return both.append(*rest_of_right);
        if (*r == ">") return both.append(*rest_of_left);
        if (*l != *r && *l != "*" && *r != "*") return std::nullopt;
        both += *l == "*" ? *r : *l;
    }
}

void StreamCover::replace(std::vector<Source> sources) {
    const std::lock_guard lock(mutex_);
    sources_ = std::move(sources);
}

bool StreamCover::covers(std::string_view subject) const {
    const std::lock_guard lock(mutex_);
    return std::any_of(sources_.begin(), sources_.end(), [subject](const Source& source) {
        if (!source.filter.empty() && !subject_matches(source.filter, subject)) return false;
        return std::any_of(source.subjects.begin(), source.subjects.end(),
                           [subject](const std::string& each) { return subject_matches(each, subject); });
    });
}

void StreamCover::delivered(const std::string& stream, std::uint64_t sequence) {
    const std::lock_guard lock(mutex_);
    const auto found = progress_.find(stream);
    if (found != progress_.end()) found->second.last = std::max(found->second.last, sequence);
}

std::uint64_t StreamCover::last_delivered(const std::string& stream, const std::string& created) {
    const std::lock_guard lock(mutex_);
    Progress& progress = progress_[stream];
    if (progress.created != created) progress = {created, 0};
    return progress.last;
}

}  // namespace causeway::bridge
