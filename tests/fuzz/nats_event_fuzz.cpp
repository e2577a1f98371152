// An event from NATS: whatever its subject, headers and payload, it is mirrored once as JSON that can be
// parsed, and what it asks of the store and of other topics is bounded and well formed. Lines up to an empty
// one: the subject, then headers "Name: value"; the rest is the payload.
#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/headers.hpp"
#include "bridge/subject.hpp"
#include "broker/app/nats_events.hpp"
#include "broker/base/utf8.hpp"
#include "broker/routing/destination.hpp"
#include "tests/fuzz/check.hpp"

using namespace causeway;

namespace {

std::string_view take_line(std::string_view& text) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return line;
}

void check(const app::EventEffects& effects, const std::string& subject, std::size_t size) {
    FUZZ_CHECK(!effects.messages.empty() && effects.messages.front()->destination == "/topic/" + subject);
    const auto json = nlohmann::json::parse(effects.messages.front()->content->body(), nullptr, false);
    FUZZ_CHECK(!json.is_discarded() && json.contains("event"));
    const auto content = nlohmann::json::parse(json["event"]["content"].get<std::string>(), nullptr, false);
    FUZZ_CHECK(content.is_object() && content["eventType"].is_string());
    // Each user it names takes three octets at least.
    FUZZ_CHECK(effects.messages.size() <= size / 3 + 8 && effects.requests.size() <= size / 3 + 8);
    for (const auto& message : effects.messages) {
        FUZZ_CHECK(is_valid_utf8(message->destination));
        const auto parsed = routing::parse_destination(message->destination, {});
        FUZZ_CHECK(std::holds_alternative<routing::Destination>(parsed) ||
                   message->destination.size() > 255 || message == effects.messages.front());
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view input(reinterpret_cast<const char*>(data), size);
    const auto subject = bridge::Subject::parse(take_line(input));
    if (!std::holds_alternative<bridge::Subject>(subject)) return 0;
    std::vector<std::pair<std::string, std::string>> headers;
    for (std::string_view line = take_line(input); !line.empty(); line = take_line(input)) {
        const std::size_t colon = line.find(": ");
        if (colon == std::string_view::npos) continue;
        headers.emplace_back(line.substr(0, colon), line.substr(colon + 2));
    }
    const std::string text(std::get<bridge::Subject>(subject).text());
    ManualClock clock;
    SeededRandom random(7);
    MessageIds ids(clock, random);
    for (const auto origin : {app::EventOrigin::kBackEnd, app::EventOrigin::kOurCluster})
        check(app::effects_of({text, input, headers, origin}, clock, ids,
                              [](std::string_view) { return true; }),
              text, size);
    return 0;
}
