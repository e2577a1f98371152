// STOMP's stream in WebSocket messages: how it is cut, what is text, how it is closed.
#include "tools/conformance/case.hpp"
#include "tools/conformance/verdict.hpp"

namespace causeway::conformance {

namespace {

using namespace std::string_literals;
using bench::Opcode;

// A client with a subscription "0" to a topic.
struct Listening {
    std::string topic;
    Client client;
};
Listening listening(Stage& stage) {
    const std::string topic = stage.topic();
    Client client = stage.connects();
    client.subscribes(topic, "0");
    return {topic, std::move(client)};
}
std::string send(const std::string& topic, std::string_view body, const std::string& more = "x-rule:1") {
    return raw_frame("SEND", {"destination:" + topic, more, "content-length:" + std::to_string(body.size())},
                     body);
}
void raw_only(const Client& client) {
    if (client.sockjs()) throw NotApplicable{"SockJS has frames of its own"};
}
int close_code(Stage& stage, Client& client) {
    const auto end = client.end();
    if (!end) throw Wrong{"a close", "the connection stays open"};
    (void)stage;
    return end->code;
}

void several_messages(Stage& stage) {
    auto [topic, client] = listening(stage);
    const std::string octets = send(topic, "one frame in many messages");
    for (std::size_t at = 0; at < octets.size(); at += 7) client.text(octets.substr(at, 7));
    same("body", "one frame in many messages", client.wants("MESSAGE").body);
}
void text_and_binary(Stage& stage) {
    auto [topic, client] = listening(stage);
    const std::string octets = send(topic, "half text, half binary");
    client.text(octets.substr(0, octets.size() / 2));
    client.binary(octets.substr(octets.size() / 2));
    same("body", "half text, half binary", client.wants("MESSAGE").body);
}
void several_frames(Stage& stage) {
    auto [topic, client] = listening(stage);
    client.text(send(topic, "1") + send(topic, "2") + "\n" + send(topic, "3"));
    for (const char* const body : {"1", "2", "3"}) same("body", body, client.wants("MESSAGE").body);
}
void one_and_a_half(Stage& stage) {
    auto [topic, client] = listening(stage);
    const std::string two = send(topic, "1") + send(topic, "2");
    client.text(two.substr(0, two.size() - 10));
    client.text(two.substr(two.size() - 10));
    for (const char* const body : {"1", "2"}) same("body", body, client.wants("MESSAGE").body);
}
void every_octet(Stage& stage) {
    auto [topic, client] = listening(stage);
    for (const char octet : send(topic, "é😀", "x-rule:ü\\c\\n你\r")) client.binary({&octet, 1});
    const Seen seen = client.wants("MESSAGE");
    same("body", "é😀", seen.body);
    same("x-rule", "ü:\n你", seen.value("x-rule"));
}
void large_message(Stage& stage) {
    auto [topic, client] = listening(stage);
    const std::string body(200'000, 'x');
    client.text(send(topic, body));
    holds(client.wants("MESSAGE").body == body, "200000 octets as sent", "others");
}
void split_large(Stage& stage) {
    auto [topic, client] = listening(stage);
    std::string body;
    while (body.size() < 60'000) body += "0123456789";
    const std::string octets = send(topic, body);
    for (std::size_t at = 0; at < octets.size(); at += 16'384) client.text(octets.substr(at, 16'384));
    holds(client.wants("MESSAGE").body == body, "60000 octets as sent", "others");
}
void split_emoji(Stage& stage) {
    const std::string damaged = "\xef\xbf\xbd\xef\xbf\xbd";  // what is left of an emoji that was cut
    const Seen error =
        stage.refuses(raw_frame("SEND", {"destination:" + stage.topic(), "content-length:4"}, damaged));
    holds((error.value("message") + error.body).find("splitLargeFrames") != std::string::npos,
          "an ERROR that names splitLargeFrames", error.summary());
}

void text_stays_text(Stage& stage) {
    auto [topic, client] = listening(stage);
    raw_only(client);
    client.binary(send(topic, "plain text"));
    holds(!client.wants("MESSAGE").binary, "a text message for what is UTF-8", "a binary one");
}
void binary_body(Stage& stage) {
    auto [topic, client] = listening(stage);
    const std::string body = "\xff\xfe\0\x80"s;
    client.binary(send(topic, body));
    const Seen seen = client.wants("MESSAGE");
    holds(seen.binary, "a binary message for what is not UTF-8", "a text one");
    same("body", body, seen.body);
}
void broken_text(Stage& stage) {
    Client client = stage.connects();
    raw_only(client);
    client.text(send(stage.topic(), "\xff\xfe"));
    same("close code", "1007", std::to_string(close_code(stage, client)));
}
void one_frame_each(Stage& stage) {
    auto [topic, client] = listening(stage);
    std::string burst;
    for (int i = 0; i < 50; ++i) burst += send(topic, std::string(static_cast<std::size_t>(i) * 100, 'x'));
    client.text(burst);
    for (std::size_t i = 0; i < 50; ++i) {
        const Seen seen = client.wants("MESSAGE");
        holds(seen.message.starts_with("MESSAGE\n") &&
                  seen.message.find("\nMESSAGE\n") == std::string::npos &&
                  seen.message.size() > seen.body.size() + seen.head.size(),
              "one whole frame in each message", "parts or several");
        same("last octet", "\0"s, seen.message.substr(seen.message.size() - 1));
    }
}
void body_with_nul(Stage& stage) {
    auto [topic, client] = listening(stage);
    client.text(send(topic, "a\0b"s));
    same("body", "a\0b"s, client.wants("MESSAGE").body);
}
void fragments(Stage& stage) {
    auto [topic, client] = listening(stage);
    raw_only(client);
    const std::string octets = send(topic, "in fragments");
    client.wire().send_frame(0x01, octets.substr(0, 10));
    client.wire().send(Opcode::kPing, "between");
    client.wire().send_frame(0x00, octets.substr(10, 10));
    client.wire().send_frame(0x00, "");
    client.wire().send_frame(0x80, octets.substr(20));
    same("body", "in fragments", client.wants("MESSAGE").body);
    holds(client.wire().pongs() == 1, "a pong", std::to_string(client.wire().pongs()));
}
void many_fragments(Stage& stage) {
    auto [topic, client] = listening(stage);
    raw_only(client);
    const std::string octets = send(topic, std::string(2000, 'x'));
    for (std::size_t at = 0; at < octets.size(); ++at)
        client.wire().send_frame((at == 0 ? 0x01U : 0x00U) | (at + 1 == octets.size() ? 0x80U : 0U),
                                 octets.substr(at, 1));
    same("body", std::to_string(2000), std::to_string(client.wants("MESSAGE").body.size()));
}

void compression_offer(Stage& stage) {
    Opening opening;
    same("extensions", "", stage.opens(opening).wire().answer("Sec-WebSocket-Extensions"));
    opening.headers = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n";
    const std::string answer = stage.opens(opening).wire().answer("Sec-WebSocket-Extensions");
    holds(answer.empty() || answer.starts_with("permessage-deflate"), "permessage-deflate or none", answer);
    holds(answer.find("unknown") == std::string::npos, "no other parameter", answer);
}
void reserved_bit(Stage& stage) {
    Client client = stage.connects();
    raw_only(client);
    client.wire().send_frame(0xc1, "compressed?");
    const int code = close_code(stage, client);
    holds(code == 1002, "close code 1002", std::to_string(code));
}
void code_of_protocol(Stage& stage) {
    Client client = stage.connects();
    client.text(raw_frame("HELLO", {}));
    client.wants("ERROR");
    same("close code", "1002", std::to_string(close_code(stage, client)));
}
void code_of_login(Stage& stage) {
    Client client = stage.opens();
    client.text(raw_frame("CONNECT", {"accept-version:1.2", "host:x", "login:nobody", "passcode:wrong"}));
    client.wants("ERROR");
    same("close code", "1008", std::to_string(close_code(stage, client)));
}
void code_of_size(Stage& stage) {
    Client client = stage.connects();
    client.text("SEND\ndestination:" + stage.topic() + "\ncontent-length:9000000000\n\n");
    client.wants("ERROR");
    same("close code", "1009", std::to_string(close_code(stage, client)));
}
void close_answered(Stage& stage) {
    Client client = stage.connects();
    raw_only(client);
    client.wire().send(Opcode::kClose, "\x03\xe8"s);
    const int code = close_code(stage, client);
    holds(code != 1006, "a Close frame that answers ours", "the end of the stream");
}
void backpressure(Stage&) {
    throw NotApplicable{"a client that reads nothing for long is not part of this run"};
}

constexpr auto kRule = Case::Ground::kRule;
constexpr auto kChoice = Case::Ground::kChoice;
constexpr const char* kStream = "STOMP 1.2, Overview: a stream";
constexpr const char* kWebsocket = "RFC 6455, 5";

// clang-format off
constexpr Case kCases[] = {
    {76, "frame-over-messages", "A frame may come in several messages.", kStream, kRule, several_messages},
    {76, "text-and-binary", "… some of them text, some binary.", kStream, kRule, text_and_binary},
    {77, "frames-in-a-message", "A message may hold several frames.", kStream, kRule, several_frames},
    {77, "one-and-a-half", "… and a part of one.", kStream, kRule, one_and_a_half},
    {78, "every-octet", "A frame may be cut at every octet, also within escapes, CR LF and UTF-8.", kStream, kRule, every_octet},
    {79, "large-message", "A message of 200000 octets is taken, so that nobody needs to split.", "practice", kChoice, large_message},
    {79, "split-large-frames", "… and those who split at 16384 are understood.", kStream, kRule, split_large},
    {79, "split-emoji", "Who split within a character is told of splitLargeFrames.", "practice", kChoice, split_emoji},
    {80, "text-stays-text", "What is UTF-8 goes out as text.", "practice", kChoice, text_stays_text},
    {80, "binary-body", "What is not UTF-8 goes out as binary.", "RFC 6455, 8.1", kRule, binary_body},
    {81, "text-not-utf-8", "Text that is not UTF-8 is closed with 1007.", "RFC 6455, 8.1", kRule, broken_text},
    {82, "one-frame-each", "Each message out is one whole frame that ends in NUL.", "practice: clients that cut at NUL", kChoice, one_frame_each},
    {83, "body-with-nul", "A body with NUL arrives whole, though a client that cuts text at NUL would not see it all.", "STOMP 1.2, Body", kRule, body_with_nul},
    {84, "fragments", "Fragments with a ping between them are one message, and the ping is answered.", kWebsocket, kRule, fragments},
    {84, "many-fragments", "… also when there are 2000 of them.", kWebsocket, kRule, many_fragments},
    {85, "compression-offer", "Compression is answered only where it was offered.", "RFC 7692, 5", kRule, compression_offer},
    {85, "reserved-bit", "A reserved bit that was not agreed is closed with 1002.", kWebsocket, kRule, reserved_bit},
    {86, "close-code-protocol", "A violation of STOMP is closed with 1002.", "RFC 6455, 7.4.1", kChoice, code_of_protocol},
    {86, "close-code-login", "A failed login is closed with 1008.", "RFC 6455, 7.4.1", kChoice, code_of_login},
    {86, "close-code-size", "A frame over the limit is closed with 1009.", "RFC 6455, 7.4.1", kChoice, code_of_size},
    {87, "close-answered", "A Close frame without DISCONNECT is answered.", "RFC 6455, 5.5.1", kRule, close_answered},
    {91, "back-pressure", "A client that does not read is told so before it thinks the broker dead.", "practice", kChoice, backpressure},
};
// clang-format on

}  // namespace

std::span<const Case> websocket_cases() { return kCases; }

}  // namespace causeway::conformance
