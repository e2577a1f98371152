// Commands: a body, as JSON and as protobuf, under any name below /app. Each is answered once, by a RECEIPT
// or by a refusal that names its receipt; the session lives on, and so does who it was about. The first line
// is the command; the octet behind it says how: 1 protobuf, 2 by SUBSCRIBE, 4 without a body.
#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <string_view>

#include "broker/base/utf8.hpp"
#include "tests/fuzz/session_world.hpp"

using namespace causeway;
using namespace causeway::session::testing;

namespace {

// What of it can stand in a header.
std::string as_name(std::string_view text) {
    std::string name;
    for (const char c : text.substr(0, 64))
        if (static_cast<unsigned char>(c) > 0x20 && c != 0x7f && c != ':' && c != '\\') name += c;
    return is_valid_utf8(name) ? name : "chat";
}

// Envelopes are JSON through and through.
void check_message(const Seen& message) {
    if (message.binary || message["content-type"].find("json") == std::string::npos) return;
    const auto json = nlohmann::json::parse(message.body, nullptr, false);
    FUZZ_CHECK(!json.is_discarded());
    if (json.contains("chat") && json["chat"].contains("content"))
        FUZZ_CHECK(!nlohmann::json::parse(json["chat"]["content"].get<std::string>(), nullptr, false)
                        .is_discarded());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const std::size_t cut = input.find('\n');
    if (cut == std::string_view::npos || cut + 1 >= size || size > 4000) return 0;
    fuzz::checks_abort();
    const std::string command = as_name(input.substr(0, cut));
    const unsigned how = static_cast<unsigned char>(input[cut + 1]);
    const std::string_view body = (how & 4U) != 0 ? std::string_view() : input.substr(cut + 2);

    World world(open_topics(), fuzz::tight());
    world.store.has_member("c", "mallory");
    world.store.has_member("c", "alice");
    world.store.has_message("c", "alice", "hello");
    Client alice(world, "alice", 1);
    alice.connects();
    alice.subscribes("/user/queue/messages");
    Client mallory(world, "mallory");
    mallory.connects({"on-denied:notify"});
    mallory.subscribes("/user/queue/sync");
    if ((how & 2U) != 0)
        mallory.subscribes("/app/" + command, {"receipt:r", "id:x"});
    else
        mallory.sends(
            "/app/" + command, body,
            {"receipt:r",
             std::string("content-type:") + ((how & 1U) != 0 ? "application/x-protobuf" : "application/json"),
             "content-length:" + std::to_string(body.size())});
    int answers = 0;
    for (const Seen& seen : mallory.transport->received) {
        if (seen["receipt-id"] == "r") ++answers;
        if (seen.command == "MESSAGE") check_message(seen);
    }
    FUZZ_CHECK(answers <= 1);  // what the store in memory has no answer for stays open
    FUZZ_CHECK(!mallory.transport->farewell && !alice.transport->farewell);
    for (const Seen& seen : alice.transport->received)
        if (seen.command == "MESSAGE") check_message(seen);
    return 0;
}
