// Where lines, heads, bodies and frames end, and how large they may be.
#include "tools/conformance/case.hpp"
#include "tools/conformance/verdict.hpp"

namespace causeway::conformance {

namespace {

using namespace std::string_literals;

std::string head(Stage& stage, const std::string& lines) {
    return "SEND\ndestination:" + stage.topic() + "\n" + lines + "\n";
}

// What comes back of octets that end in a frame with receipt "1".
void accepts(Stage& stage, const std::string& octets, const std::string& version = "1.2") {
    Client client = stage.connects(version);
    client.does(octets, "1");
}
std::string crlf_send(Stage& stage) {
    return "SEND\r\ndestination:" + stage.topic() + "\r\nreceipt:1\r\n\r\nx\0"s;
}

void crlf_connect(Stage& stage) {
    std::string octets = stage.connect_frame();
    for (std::size_t at = 0; (at = octets.find('\n', at)) != std::string::npos; at += 2)
        octets.insert(at, "\r");
    Client client = stage.opens();
    client.text(octets);
    client.wants("CONNECTED");
}
void crlf_12(Stage& stage) { accepts(stage, crlf_send(stage)); }
void crlf_11(Stage& stage) { accepts(stage, crlf_send(stage), "1.1"); }
void cr_within(Stage& stage) { stage.refuses(head(stage, "x-rule:a\rb\n") + "x\0"s); }
void crlf_cut(Stage& stage) {
    Client client = stage.connects();
    const std::string octets = crlf_send(stage);
    for (std::size_t from = 0; from < octets.size();) {
        const std::size_t to = std::min(octets.find('\r', from), octets.size() - 1) + 1;
        client.text(octets.substr(from, to - from));
        from = to;
    }
    same("receipt-id", "1", client.wants("RECEIPT").value("receipt-id"));
}
void line_ends_between(Stage& stage) {
    const std::string send = raw_frame("SEND", {"destination:" + stage.topic(), "receipt:1"});
    Client client = stage.connects();
    client.does(send + "\n\n\n", "1");
    client.does("\n\r\n\r\n\n" + send, "1");
    client.text("\n");
    client.text("\r\n");
    client.does(send, "1");
}
void nuls_between(Stage& stage) {
    accepts(stage, "\0\0\n\0"s + raw_frame("SEND", {"destination:" + stage.topic(), "receipt:1"}));
}

void octets_counted(Stage& stage) {
    const std::string body = "é😀\n你";
    same("body", body, stage.passes({"content-length:" + std::to_string(body.size())}, body).body);
}
void nul_in_body(Stage& stage) {
    const std::string body = "a\0b\0\0c"s;
    same("body", body, stage.passes({"content-length:6"}, body).body);
}
void length_on_subscribe(Stage& stage) {
    accepts(stage, raw_frame("SUBSCRIBE",
                             {"destination:" + stage.topic(), "id:0", "receipt:1", "content-length:0"}));
}
void body_on_subscribe(Stage& stage) {
    stage.refuses(raw_frame("SUBSCRIBE", {"destination:" + stage.topic(), "id:0"}, "body"));
}
void body_on_subscribe_10(Stage& stage) {
    accepts(stage, raw_frame("SUBSCRIBE", {"destination:" + stage.topic(), "id:0", "receipt:1"}, "body"),
            "1.0");
}
void nul_missing(Stage& stage) { stage.refuses(head(stage, "content-length:2\n") + "abcd\0"s); }
void up_to_nul(Stage& stage) { same("body", "a\nb\n", stage.passes({}, "a\nb\n").body); }
void many_pieces(Stage& stage) {
    const std::string topic = stage.topic();
    Client client = stage.connects();
    client.subscribes(topic, "0");
    client.text("SEND\ndestination:" + topic + "\n\n");
    std::string body;
    for (int i = 0; i < 1000; ++i) {
        client.text("0123456789");
        body += "0123456789";
    }
    client.text("\0"s);
    holds(client.wants("MESSAGE").body == body, "10000 octets in 1000 pieces as one body", "another body");
}
void bad_length(Stage& stage) {
    for (const char* const value : {"-1", "+5", " 5", "5x", "0x5", "5.0", "99999999999999999999", ""}) {
        try {
            stage.refuses(head(stage, "content-length:"s + value + "\n"));
        } catch (const Wrong& wrong) {
            throw Wrong{"ERROR for content-length " + shown(value) + ", before its body", wrong.got};
        }
    }
}
void no_type_inferred(Stage& stage) {
    for (const bool measured : {false, true}) {
        const Seen seen = measured ? stage.passes({"content-length:4"}) : stage.passes({});
        holds(seen.count("content-type") == 0, "no content-type where SEND had none",
              seen.value("content-type"));
        same("body", "body", seen.body);
    }
}
void length_on_message(Stage& stage) {
    same("content-length", "4", stage.passes({}).value("content-length"));
    same("content-length", "0", stage.passes({}, "").value("content-length"));
}
void type_unchanged(Stage& stage) {
    const std::string type = "application/vnd.x+json; charset=\"utf-8\"";
    same("content-type", type, stage.passes({"content-type:" + type}).value("content-type"));
}
void unknown_command(Stage& stage) { stage.refuses(raw_frame("HELLO", {"destination:" + stage.topic()})); }
void prefix_command(Stage& stage) { stage.refuses(raw_frame("SENDX", {"destination:" + stage.topic()})); }
void server_command(Stage& stage) {
    for (const char* const command : {"MESSAGE", "RECEIPT", "CONNECTED", "ERROR"})
        stage.refuses(raw_frame(
            command, {"destination:" + stage.topic(), "receipt-id:1", "message-id:1", "version:1.2"}));
}

void too_large(Stage& stage) { stage.refuses(head(stage, "content-length:9000000000\n")); }
void long_header(Stage& stage) {
    stage.refuses(head(stage, "x-rule:" + std::string(200'000, 'x') + "\n") + "\0"s);
}
void many_headers(Stage& stage) {
    std::string lines;
    for (int i = 0; i < 5000; ++i) lines += "x" + std::to_string(i) + ":1\n";
    stage.refuses(head(stage, lines) + "\0"s);
}
void limit_named(Stage& stage) {
    const Seen error = stage.refuses(head(stage, "content-length:9000000000\n"));
    holds(error.value("message").find_first_of("0123456789") != std::string::npos, "the limit in `message`",
          error.summary());
}
void large_connect(Stage& stage) {
    Client client = stage.opens();
    const std::string octets =
        stage.connect_frame({"accept-version:1.2", "x-rule:" + std::string(100'000, 'x')});
    for (std::size_t at = 0; at < octets.size(); at += 4000) client.text(octets.substr(at, 4000));
    stage.refused(client);
}
void huge_message(Stage& stage) {
    Client client = stage.connects();
    client.text(head(stage, "") + std::string(20'000'000, 'x'));
    const auto end = client.end();
    holds(end.has_value(), "a close", "the connection stays open");
    holds(end->code == 1009 || stage.options().sockjs, "close code 1009", std::to_string(end->code));
}

constexpr auto kRule = Case::Ground::kRule;
constexpr auto kChoice = Case::Ground::kChoice;
constexpr const char* kBnf = "STOMP 1.2, Augmented BNF";
constexpr const char* kBody = "STOMP 1.2, Body";
constexpr const char* kLength = "STOMP 1.2, Header content-length";
constexpr const char* kLimits = "STOMP 1.2, Size Limits";

// clang-format off
constexpr Case kCases[] = {
    {15, "crlf-connect", "CONNECT may end its lines with CR LF.", kBnf, kRule, crlf_connect},
    {15, "crlf", "In 1.2 lines may end with CR LF.", kBnf, kRule, crlf_12},
    {15, "crlf-1.1", "… in 1.1, too, as clients of it send it.", "STOMP 1.1 says LF only", kChoice, crlf_11},
    {16, "cr-within-line", "A CR elsewhere in a line is an error.", kBnf, kRule, cr_within},
    {17, "crlf-cut", "CR and LF may come in different messages.", "STOMP 1.2, Overview: a stream", kRule, crlf_cut},
    {18, "line-ends-between", "Any number of line ends may stand between frames.", kBnf, kRule, line_ends_between},
    {18, "nuls-between", "NULs between frames are skipped, as several clients send them.", "practice", kChoice, nuls_between},
    {19, "length-in-octets", "content-length counts octets.", kLength, kRule, octets_counted},
    {19, "nul-in-body", "A body with content-length may hold NULs.", kBody, kRule, nul_in_body},
    {20, "length-on-subscribe", "Any frame may have content-length.", kLength, kRule, length_on_subscribe},
    {21, "body-on-subscribe", "Only SEND, MESSAGE and ERROR have a body.", kBody, kChoice, body_on_subscribe},
    {21, "body-on-subscribe-1.0", "In 1.0 the body of SUBSCRIBE is ignored.", "STOMP 1.0, SUBSCRIBE", kRule, body_on_subscribe_10},
    {22, "nul-missing", "After content-length octets comes NUL, or it is an error.", kBody, kRule, nul_missing},
    {23, "body-up-to-nul", "Without content-length the first NUL ends the body.", kBody, kRule, up_to_nul},
    {23, "body-in-pieces", "… wherever the stream is cut.", kBody, kRule, many_pieces},
    {24, "bad-content-length", "A content-length that is no number of octets is an error at once.", kLength, kRule, bad_length},
    {25, "no-type-inferred", "content-length says nothing about the type of a body.", "STOMP 1.2, Header content-type", kRule, no_type_inferred},
    {26, "length-on-message", "MESSAGE has a content-length, also for an empty body.", kLength, kChoice, length_on_message},
    {26, "type-unchanged", "content-type arrives as it was sent.", "STOMP 1.2, Header content-type", kRule, type_unchanged},
    {27, "unknown-command", "An unknown command is an error.", "STOMP 1.2, Client Frames", kChoice, unknown_command},
    {27, "command-with-prefix", "… also one that begins like a known one.", "STOMP 1.2, Client Frames", kChoice, prefix_command},
    {28, "server-command", "What only servers say is unknown from a client.", kBnf, kRule, server_command},
    {29, "frame-too-large", "A body over the limit is refused before it came.", kLimits, kChoice, too_large},
    {29, "header-too-long", "A header line of 200000 octets is refused.", kLimits, kChoice, long_header},
    {29, "too-many-headers", "5000 headers are refused.", kLimits, kChoice, many_headers},
    {29, "limit-named", "The ERROR names the limit.", kLimits, kChoice, limit_named},
    {29, "message-too-large", "A WebSocket message of 20000000 octets is closed with 1009 before it came.", kLimits, kChoice, huge_message},
    {29, "connect-too-large", "CONNECT of 100000 octets is refused: the limit is lower before CONNECTED.", kLimits, kChoice, large_connect},
};
// clang-format on

}  // namespace

std::span<const Case> framing_cases() { return kCases; }

}  // namespace causeway::conformance
