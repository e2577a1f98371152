// CONNECT: versions, sub-protocols, what may come before and behind it.
#include "tools/conformance/case.hpp"
#include "tools/conformance/verdict.hpp"

namespace causeway::conformance {

namespace {

Seen connected(Stage& stage, const std::vector<std::string>& lines, std::string_view command = "CONNECT") {
    Client client = stage.opens();
    client.text(stage.connect_frame(lines, command));
    return client.wants("CONNECTED");
}

void stomp_command(Stage& stage) {
    same("version", "1.2", connected(stage, {"accept-version:1.2"}, "STOMP").value("version"));
}
void version_10(Stage& stage) {
    const Seen seen = connected(stage, {});
    const std::string version = seen.header("version").value_or("1.0");
    same("version", "1.0", version);
}
void connected_10(Stage& stage) {
    const Seen seen = connected(stage, {});
    holds(!seen.value("session").empty(), "a session", "none");
    holds(seen.count("version") == 0, "no version, which 1.0 does not know", "version");
    holds(seen.count("heart-beat") == 0, "no heart-beat, which 1.0 does not know", "heart-beat");
}
void highest_version(Stage& stage) {
    same("version", "1.2", connected(stage, {"accept-version:1.0,1.2,1.1"}).value("version"));
    same("version", "1.1", connected(stage, {"accept-version:1.1,1.0"}).value("version"));
}
void unknown_versions(Stage& stage) {
    same("version", "1.1", connected(stage, {"accept-version:2.0,1.1,1.10"}).value("version"));
}
void blanks_in_versions(Stage& stage) {
    same("version", "1.2", connected(stage, {"accept-version:1.1, 1.2"}).value("version"));
}
void no_common_version(Stage& stage) {
    Client client = stage.opens();
    client.text(stage.connect_frame({"accept-version:9.9"}));
    const Seen error = client.wants("ERROR");
    holds(error.value("version").find("1.2") != std::string::npos, "the supported versions in `version`",
          shown(error.value("version")));
    holds(client.end().has_value(), "a close", "the connection stays open");
}

std::string negotiated(Stage& stage, const std::string& offered) {
    Opening opening;
    opening.subprotocols = offered;
    return stage.opens(opening).wire().answer("Sec-WebSocket-Protocol");
}
void highest_subprotocol(Stage& stage) {
    if (stage.options().sockjs) throw NotApplicable{"SockJS has no sub-protocols"};
    same("sub-protocol", "v12.stomp", negotiated(stage, "v10.stomp, v11.stomp, v12.stomp"));
    same("sub-protocol", "v11.stomp", negotiated(stage, "v10.stomp, v11.stomp"));
}
void no_subprotocol(Stage& stage) {
    same("sub-protocol", "", negotiated(stage, ""));
    if (!stage.options().sockjs) same("sub-protocol", "", negotiated(stage, "mqtt, wamp.2.json"));
}
void connect_decides(Stage& stage) {
    Opening opening;
    opening.subprotocols = "v11.stomp";
    Client client = stage.opens(opening);
    client.text(stage.connect_frame({"accept-version:1.2"}));
    same("version", "1.2", client.wants("CONNECTED").value("version"));
}

void no_host(Stage& stage) {
    auto lines = stage.credentials();
    std::erase_if(lines, [](const std::string& line) { return line.starts_with("host:"); });
    lines.emplace_back("accept-version:1.2");
    Client client = stage.opens();
    client.text(raw_frame("CONNECT", lines));
    client.wants("CONNECTED");
}
void first_frame(Stage& stage) {
    for (const char* const command : {"SEND", "SUBSCRIBE", "DISCONNECT"}) {
        Client client = stage.opens();
        client.text(raw_frame(command, {"destination:" + stage.topic(), "id:0"}));
        stage.refused(client);
    }
}
void second_connect(Stage& stage) { stage.refuses(stage.connect_frame()); }
void pipelined(Stage& stage) {
    const std::string topic = stage.topic();
    Client client = stage.opens();
    client.text(stage.connect_frame() +
                raw_frame("SUBSCRIBE", {"destination:" + topic, "id:0", "receipt:1"}) +
                raw_frame("SEND", {"destination:" + topic}, "pipelined"));
    client.wants("CONNECTED");
    client.wants("RECEIPT");
    same("body", "pipelined", client.wants("MESSAGE").body);
}
void pipelined_refused(Stage& stage) {
    const std::string topic = stage.topic();
    Client listener = stage.connects();
    listener.subscribes(topic, "0");
    Client stranger = stage.opens();
    stranger.text(raw_frame("CONNECT", {"accept-version:1.2", "host:x", "login:nobody", "passcode:wrong"}) +
                  raw_frame("SEND", {"destination:" + topic}, "smuggled"));
    stage.refused(stranger);
    listener.text(raw_frame("SEND", {"destination:" + topic}, "mine"));
    same("body", "mine", listener.wants("MESSAGE").body);
}
void receipt_on_connect(Stage& stage) {
    Client client = stage.opens();
    client.text(stage.connect_frame({"accept-version:1.2", "receipt:0"}));
    client.wants("CONNECTED");
    client.does(raw_frame("SEND", {"destination:" + stage.topic(), "receipt:1"}), "1");
}
void wrong_login(Stage& stage) {
    Client client = stage.opens();
    client.text(raw_frame("CONNECT", {"accept-version:1.2", "host:x", "login:nobody", "passcode:wrong"}));
    client.wants("ERROR");
    holds(client.end().has_value(), "a close", "the connection stays open");
}

constexpr auto kRule = Case::Ground::kRule;
constexpr auto kChoice = Case::Ground::kChoice;
constexpr const char* kConnecting = "STOMP 1.2, Connecting";
constexpr const char* kNegotiation = "STOMP 1.2, Protocol Negotiation";
constexpr const char* kSubprotocol = "RFC 6455, 4.2.2";

// clang-format off
constexpr Case kCases[] = {
    {30, "stomp-command", "STOMP is the same as CONNECT.", "STOMP 1.2, CONNECT or STOMP Frame", kRule, stomp_command},
    {31, "no-accept-version", "CONNECT without accept-version means 1.0.", kNegotiation, kRule, version_10},
    {31, "connected-1.0", "CONNECTED of 1.0 has a session, and neither version nor heart-beat.", "STOMP 1.0, CONNECT", kChoice, connected_10},
    {32, "highest-version", "The highest version in common, whatever the order.", kNegotiation, kRule, highest_version},
    {32, "unknown-versions", "Unknown versions are passed over, and 1.10 is not 1.1.", kNegotiation, kRule, unknown_versions},
    {32, "blanks-in-versions", "Blanks in accept-version are tolerated.", kNegotiation, kChoice, blanks_in_versions},
    {33, "no-common-version", "None in common: ERROR with the supported ones in `version`, then close.", kNegotiation, kRule, no_common_version},
    {33, "connect-decides", "The sub-protocol is a hint, CONNECT decides.", kNegotiation, kChoice, connect_decides},
    {34, "highest-subprotocol", "Of the sub-protocols offered the highest.", kSubprotocol, kRule, highest_subprotocol},
    {34, "no-subprotocol", "None offered, or only unknown ones: none in the answer.", kSubprotocol, kRule, no_subprotocol},
    {35, "no-host", "CONNECT without host is accepted: common clients do not send it.", kConnecting, kChoice, no_host},
    {36, "first-frame", "The first frame is CONNECT or STOMP.", kConnecting, kRule, first_frame},
    {36, "second-connect", "There is no second CONNECT.", kConnecting, kChoice, second_connect},
    {37, "pipelined", "Frames right behind CONNECT are done in order.", kConnecting, kRule, pipelined},
    {37, "pipelined-refused", "… and none of them when the login fails.", kConnecting, kRule, pipelined_refused},
    {38, "receipt-on-connect", "receipt on CONNECT is ignored.", "STOMP 1.2, Header receipt", kRule, receipt_on_connect},
    {36, "wrong-login", "A failed login is an ERROR and a close.", kConnecting, kRule, wrong_login},
};
// clang-format on

}  // namespace

std::span<const Case> connecting_cases() { return kCases; }

}  // namespace causeway::conformance
