// Subjects, patterns and headers for NATS: what is accepted can only be itself on the wire, and the mapping
// of destinations loses nothing.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "bridge/headers.hpp"
#include "bridge/subject.hpp"

using namespace causeway::bridge;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

void check_text(std::string_view text) {
    require(!text.empty() && text.size() <= kMaxSubjectBytes);
    for (const char c : text)
        require(static_cast<unsigned char>(c) > 0x20 && c != 0x7f && c != '/' && c != '#');
    require(text.front() != '.' && text.back() != '.' && text.find("..") == std::string_view::npos);
    require(text.front() != '$' && text.front() != '_' && text.front() != '*' && text.front() != '>');
}

void check_subject(std::string_view text) {
    const auto parsed = Subject::parse(text);
    const auto pattern = SubjectPattern::parse(text);
    if (const auto* subject = std::get_if<Subject>(&parsed)) {
        check_text(subject->text());
        require(subject->text() == text && text.find_first_of("*>") == std::string_view::npos);
        require(std::get<SubjectPattern>(pattern).matches(*subject));
        if (const auto destination = destination_from_subject(*subject))
            require(std::get<Subject>(subject_from_destination(*destination)) == *subject);
    } else if (std::holds_alternative<SubjectPattern>(pattern)) {
        check_text(text);
        require(text.find_first_of("*>") != std::string_view::npos);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const std::size_t cut = input.find('\n');
    const std::string_view left = input.substr(0, cut);
    const std::string_view right = cut == std::string_view::npos ? "" : input.substr(cut + 1);
    check_subject(input);
    check_subject(left);

    const auto mapped = subject_from_destination(input);
    if (const auto* subject = std::get_if<Subject>(&mapped)) {
        check_text(subject->text());
        require(destination_from_subject(*subject) == input);
    }
    const auto a = SubjectPattern::parse(left);
    const auto b = SubjectPattern::parse(right);
    if (std::holds_alternative<SubjectPattern>(a) && std::holds_alternative<SubjectPattern>(b)) {
        const auto& one = std::get<SubjectPattern>(a);
        const auto& other = std::get<SubjectPattern>(b);
        require(one.overlaps(one) && one.overlaps(other) == other.overlaps(one));
    }
    if (!fault_of_header(left, right)) {
        require(left.find_first_of(std::string_view(":\r\n \0", 5)) == std::string_view::npos);
        require(right.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos);
    }
    return 0;
}
