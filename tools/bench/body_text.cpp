#include "tools/bench/body_text.hpp"

#include <cstring>
#include <iterator>
#include <random>

namespace causeway::bench {

namespace {

constexpr std::size_t kRoomForMarker = 160;  // and for what it takes to be JSON

std::string record(std::mt19937_64& random) {
    static constexpr const char* kWords[] = {"delivered", "pending",  "cancelled", "Hamburg", "Lyon",
                                             "Porto",     "standard", "express",   "blue",    "orange"};
    const auto word = [&] { return std::string(kWords[random() % std::size(kWords)]); };
    const auto number = [&](std::uint64_t below) { return std::to_string(random() % below); };
    return R"({"id":)" + number(100'000'000) + R"(,"status":")" + word() + R"(","city":")" + word() +
           R"(","amount":)" + number(10'000) + "." + number(100) + R"(,"shipping":")" + word() +
           R"(","reference":")" + number(1'000'000'000'000) + R"(","updatedAt":17)" +
           number(100'000'000'000) + "}";
}

// Records for bodies of that size, each with a comma.
std::string records(std::size_t size, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::string text;
    while (true) {
        const std::string next = record(random) + ",";
        if (text.size() + next.size() + kRoomForMarker > size) return text;
        text += next;
    }
}

bool is_only_x(std::string_view text) {
    return text.empty() ||
           (text[0] == 'x' && std::memcmp(text.data(), text.data() + 1, text.size() - 1) == 0);
}

}  // namespace

BodyText::BodyText(const Options& options)
    : size_(options.body_bytes),
      before_(options.json_bodies ? R"({"marker":")" : ""),
      between_(options.json_bodies
                   ? R"(","records":[)" + records(size_, options.seed) + R"({"id":0}],"padding":")"
                   : ""),
      after_(options.json_bodies ? R"("})" : "") {}

std::size_t BodyText::padding(std::string_view marker) const {
    const std::size_t others = before_.size() + marker.size() + between_.size() + after_.size();
    return size_ > others ? size_ - others : 0;
}

std::string BodyText::around(std::string_view marker) const {
    std::string body;
    body.reserve(size_);
    ((body += before_) += marker) += between_;
    return body.append(padding(marker), 'x') += after_;
}

bool BodyText::is_around(std::string_view marker, std::string_view body) const {
    const auto take = [&body](std::string_view part) {
        if (body.substr(0, part.size()) != part) return false;
        body.remove_prefix(part.size());
        return true;
    };
    const std::size_t pad = padding(marker);
    return take(before_) && take(marker) && take(between_) && body.size() == pad + after_.size() &&
           is_only_x(body.substr(0, pad)) && body.substr(pad) == after_;
}

}  // namespace causeway::bench
