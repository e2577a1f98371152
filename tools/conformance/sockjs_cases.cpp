// SockJS below the same URL, by its websocket transport, whatever transport the other cases use.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "tools/conformance/case.hpp"
#include "tools/conformance/verdict.hpp"

namespace causeway::conformance {

namespace {

using namespace std::string_literals;
using Json = nlohmann::json;

std::string info(Stage& stage) {
    const auto body = http_get(stage.target(), stage.target().path + "/info", stage.deadline());
    if (!body || body->find("entropy") == std::string::npos) throw NotApplicable{"no SockJS at this URL"};
    return *body;
}

Client opens_sockjs(Stage& stage) {
    (void)info(stage);
    std::string session = stage.topic().substr(stage.options().destination_prefix.size());
    std::replace(session.begin(), session.end(), '.', '-');  // SockJS wants none in a session's name
    Opening opening;
    opening.subprotocols.clear();
    opening.path = stage.target().path + "/000/" + session + "/websocket";
    return {std::make_unique<Wire>(stage.target(), opening, stage.deadline()), true, stage.options().patience,
            stage.deadline()};
}
Client connects_sockjs(Stage& stage) {
    Client client = opens_sockjs(stage);
    client.text(stage.connect_frame());
    client.wants("CONNECTED");
    return client;
}

void info_page(Stage& stage) {
    const Json page = Json::parse(info(stage), nullptr, false);
    holds(page.is_object() && page.value("websocket", Json()).is_boolean() &&
              page.value("cookie_needed", Json()).is_boolean() && page.value("origins", Json()).is_array() &&
              page.value("entropy", Json()).is_number(),
          "websocket, cookie_needed, origins and entropy", page.dump().substr(0, 120));
    holds(info(stage) != page.dump(), "another entropy each time", "the same");
}
void open_first(Stage& stage) {
    Client client = connects_sockjs(stage);
    holds(client.opened(), "o before anything else", "none");
}
void strings_in_arrays(Stage& stage) {
    Client client = connects_sockjs(stage);
    const std::string topic = stage.topic();
    client.subscribes(topic, "0");
    const std::string body = "\"\\ \xe2\x80\xa8 \xe2\x80\xa9 \xef\xbf\xb0 é 😀 \t\x01";
    client.text(raw_frame("SEND", {"destination:" + topic}, body));
    same("body", body, client.wants("MESSAGE").body);
}
void parts_in_arrays(Stage& stage) {
    Client client = connects_sockjs(stage);
    const std::string topic = stage.topic();
    client.subscribes(topic, "0");
    const std::string octets = raw_frame("SEND", {"destination:" + topic}, "in parts");
    client.texts({octets.substr(0, 9), octets.substr(9, 9),
                  octets.substr(18) + raw_frame("SEND", {"destination:" + topic}, "2")});
    same("body", "in parts", client.wants("MESSAGE").body);
    same("body", "2", client.wants("MESSAGE").body);
}
void nul_over_sockjs(Stage& stage) {
    Client client = connects_sockjs(stage);
    const std::string topic = stage.topic();
    client.subscribes(topic, "0");
    client.text(raw_frame("SEND", {"destination:" + topic, "content-length:3"}, "a\0b"s));
    same("body", "a\0b"s, client.wants("MESSAGE").body);
}
void closing_frame(Stage& stage) {
    Client client = connects_sockjs(stage);
    client.text(raw_frame("HELLO", {}));
    client.wants("ERROR");
    holds(client.end().has_value(), "c[…]", "nothing");
}
void broken_json(Stage& stage) {
    Client client = connects_sockjs(stage);
    client.wire().send(bench::Opcode::kText, "[\"not closed");
    holds(client.end().has_value(), "a close", "the connection stays open");
}
void disconnect(Stage& stage) {
    Client client = connects_sockjs(stage);
    client.does(raw_frame("DISCONNECT", {"receipt:bye"}), "bye");
    holds(client.end().has_value(), "a close", "the connection stays open");
}
void heart_beats(Stage& stage) {
    Client client = opens_sockjs(stage);
    client.text(stage.connect_frame({"accept-version:1.2", "heart-beat:0,1000"}));
    const std::string offer = client.wants("CONNECTED").value("heart-beat");
    const std::string sends = offer.substr(0, offer.find(','));
    if (sends.empty() || sends == "0" || sends.size() > 4 || (sends.size() == 4 && sends[0] > '2'))
        throw NotApplicable{"beats of the broker: every " + sends +
                            " ms, which is longer than this run waits"};
    const int before = client.beats();
    if (const auto frame = client.next(std::chrono::milliseconds(5000))) throw Wrong{"beats", frame->command};
    holds(client.beats() > before, "STOMP's beats in SockJS's arrays", "none");
}

constexpr auto kRule = Case::Ground::kRule;
constexpr const char* kSockjs = "sockjs-protocol 0.3.3";

// clang-format off
constexpr Case kCases[] = {
    {88, "sockjs-strings", "Strings in a[…] arrive as sent, whatever JSON and browsers want quoted.", kSockjs, kRule, strings_in_arrays},
    {88, "sockjs-parts", "An array may hold parts of a frame, and several frames.", kSockjs, kRule, parts_in_arrays},
    {88, "sockjs-nul", "A body with NUL arrives.", kSockjs, kRule, nul_over_sockjs},
    {88, "sockjs-broken-json", "What is no JSON ends the session.", kSockjs, kRule, broken_json},
    {89, "sockjs-info", "/info has websocket, cookie_needed, origins and entropy.", kSockjs, kRule, info_page},
    {89, "sockjs-open", "o comes first.", kSockjs, kRule, open_first},
    {89, "sockjs-close", "An ERROR is followed by c[…] or a close.", kSockjs, kRule, closing_frame},
    {89, "sockjs-disconnect", "The RECEIPT for DISCONNECT arrives, then the close.", kSockjs, kRule, disconnect},
    {90, "sockjs-heart-beats", "STOMP's heart-beats are sent when they were agreed.", "STOMP 1.2, Heart-beating", kRule, heart_beats},
};
// clang-format on

}  // namespace

std::span<const Case> sockjs_cases() { return kCases; }

}  // namespace causeway::conformance
