// Headers: escapes, repeats, blanks, case, UTF-8, and who may set which.
#include "tools/conformance/case.hpp"
#include "tools/conformance/verdict.hpp"

namespace causeway::conformance {

namespace {

std::string send(Stage& stage, const std::string& line) {
    return raw_frame("SEND", {"destination:" + stage.topic(), line}, "x");
}

void escapes_12(Stage& stage) {
    same("x-rule", "a:b\nc\rd\\e", stage.passes({"x-rule:a\\cb\\nc\\rd\\\\e"}).value("x-rule"));
}
void escapes_11(Stage& stage) {
    same("x-rule", "a:b\nc\\d", stage.passes({"x-rule:a\\cb\\nc\\\\d"}, "x", "1.1", "1.1").value("x-rule"));
}
void cr_escape_11(Stage& stage) { stage.refuses(send(stage, "x-rule:a\\rb"), "1.1"); }
void escapes_10(Stage& stage) {
    same("x-rule", "a\\nb\\c", stage.passes({"x-rule:a\\nb\\c"}, "x", "1.0").value("x-rule"));
}
void no_injection(Stage& stage) {
    const Seen seen = stage.passes({"x-rule:a\\ninjected\\c1"}, "x", "1.2", "1.0");
    holds(seen.count("injected") == 0, "no header of the sender's making", shown(seen.head));
    holds(stage.passes({"x-rule:a\\rb"}, "x", "1.2", "1.1").head.find('\r') == std::string::npos,
          "no CR in what goes to 1.1", "CR");
}

void undefined_escape(Stage& stage) { stage.refuses(send(stage, "x-rule:a\\tb")); }
void undefined_escape_11(Stage& stage) { stage.refuses(send(stage, "x-rule:a\\tb"), "1.1"); }
void lone_backslash(Stage& stage) { stage.refuses(send(stage, "x-rule:a\\")); }

void connect_is_literal(Stage& stage) {
    for (const char* const command : {"CONNECT", "STOMP"}) {
        Client client = stage.opens();
        client.text(stage.connect_frame({"accept-version:1.2", "x-odd:a\\tb\\q:c\\"}, command));
        client.wants("CONNECTED");
    }
}
void connected_is_literal(Stage& stage) {
    if (stage.options().token2.empty()) throw NotApplicable{"needs --token2"};
    auto lines = stage.credentials(true);
    lines.emplace_back("accept-version:1.2");
    Client client = stage.opens();
    client.text(raw_frame("CONNECT", lines));
    const std::string head = client.wants("CONNECTED").head;
    holds(head.find("\\c") == std::string::npos && head.find("\\\\") == std::string::npos, "no escapes",
          shown(head));
}
void connected_is_clean(Stage& stage) {
    Client client = stage.opens();
    client.text(stage.connect_frame({"accept-version:1.2"}));
    const Seen seen = client.wants("CONNECTED");
    holds(seen.head.find('\r') == std::string::npos, "no CR", "CR");
    for (const auto& [name, value] : seen.headers)
        holds(seen.count(name) == 1, "each header once", name + " twice");
}

void name_escapes(Stage& stage) { stage.refuses(send(stage, "x\\trule:1")); }
void odd_name(Stage& stage) {
    const Seen seen = stage.passes({"x\\crule:1", "x-other:2"});
    same("x-other", "2", seen.value("x-other"));
    holds(seen.count("x:rule") == 0, "no name that needs an escape is sent", "x\\crule");
}

void raw_colon(Stage& stage) { same("x-rule", "a:b:c", stage.passes({"x-rule:a:b:c"}).value("x-rule")); }
void no_colon(Stage& stage) { stage.refuses(send(stage, "x-rule")); }
void empty_name(Stage& stage) { stage.refuses(send(stage, ":x")); }
void empty_value(Stage& stage) {
    const Seen seen = stage.passes({"x-rule:"});
    holds(seen.count("x-rule") == 1 && seen.value("x-rule").empty(), "an empty x-rule", shown(seen.head));
}
void no_trimming(Stage& stage) { same("x-rule", "  a  ", stage.passes({"x-rule:  a  "}).value("x-rule")); }
void no_trimming_11(Stage& stage) {
    same("x-rule", " a ", stage.passes({"x-rule: a "}, "x", "1.1", "1.1").value("x-rule"));
}
void blanks_10(Stage& stage) {
    const std::string topic = stage.topic();
    Client client = stage.connects("1.0");
    client.subscribes(topic, "0");
    client.text(raw_frame("SEND", {"destination: " + topic}, "x"));
    same("body", "x", client.wants("MESSAGE").body);
}

void first_header(Stage& stage) {
    same("x-rule", "1", stage.passes({"x-rule:1", "x-rule:2"}).value("x-rule"));
}
void first_destination(Stage& stage) {
    const Seen seen = stage.passes({"destination:" + stage.topic()});
    holds(seen.count("destination") == 1, "destination once", shown(seen.head));
}
void first_content_length(Stage& stage) {
    same("body", "four", stage.passes({"content-length:4", "content-length:2"}, "four").body);
}
void first_receipt(Stage& stage) {
    Client client = stage.connects();
    client.does(raw_frame("SEND", {"destination:" + stage.topic(), "receipt:1", "receipt:2"}), "1");
}

void single_pass(Stage& stage) {
    same("x-rule", "C:\\new", stage.passes({"x-rule:C\\c\\\\new"}).value("x-rule"));
}
void case_of_names(Stage& stage) { stage.refuses(raw_frame("SEND", {"Destination:" + stage.topic()}, "x")); }
void case_of_commands(Stage& stage) {
    stage.refuses(raw_frame("send", {"destination:" + stage.topic()}, "x"));
}
void utf8_passes(Stage& stage) {
    same("x-rule", "Grüße 你好 😀", stage.passes({"x-rule:Grüße 你好 😀"}).value("x-rule"));
}
void broken_utf8(Stage& stage) {
    Client client = stage.connects();
    client.binary(send(stage, "x-rule:a\xc3\x28"));
    stage.refused(client);
}

void user_headers(Stage& stage) {
    const Seen seen = stage.passes({"x-rule:1", "priority:9", "x-Другой:2"});
    same("x-rule", "1", seen.value("x-rule"));
    same("priority", "9", seen.value("priority"));
    same("x-Другой", "2", seen.value("x-Другой"));
    holds(seen.count("receipt") == 0, "no receipt in MESSAGE", "receipt");
}
void forged_headers(Stage& stage) {
    const std::string topic = stage.topic();
    Client client = stage.connects();
    client.subscribes(topic, "mine");
    client.text(raw_frame(
        "SEND", {"destination:" + topic, "message-id:forged", "subscription:forged", "ack:forged"}, "x"));
    const auto seen = client.next();
    if (seen && seen->command == "ERROR") return;
    holds(seen && seen->command == "MESSAGE", "MESSAGE or ERROR", seen ? seen->command : "nothing");
    same("subscription", "mine", seen->value("subscription"));
    holds(seen->value("message-id") != "forged", "a message-id of the broker", "the sender's");
    holds(seen->value("ack") != "forged", "no ack of the sender's", "the sender's");
}
void no_secrets(Stage& stage) {
    Client client = stage.opens();
    client.text(raw_frame("CONNECT", {"accept-version:1.2", "host:x", "login:nobody",
                                      "passcode:S3cr3t-of-mine", "Authorization:Bearer S3cr3t-of-mine"}));
    const Seen seen = stage.refused(client);
    holds((seen.head + seen.body).find("S3cr3t") == std::string::npos, "no passcode in ERROR",
          "the passcode");
}

constexpr auto kRule = Case::Ground::kRule;
constexpr auto kChoice = Case::Ground::kChoice;
constexpr const char* kEncoding = "STOMP 1.2, Value Encoding";
constexpr const char* kFrames = "STOMP 1.2, STOMP Frames";
constexpr const char* kRepeated = "STOMP 1.2, Repeated Header Entries";

// clang-format off
constexpr Case kCases[] = {
    {1, "escapes-1.2", "In 1.2 \\r \\n \\c \\\\ are escapes, and they survive the way through the broker.", kEncoding, kRule, escapes_12},
    {1, "escapes-1.1", "In 1.1 \\n \\c \\\\ are escapes.", "STOMP 1.1, Value Encoding", kRule, escapes_11},
    {1, "cr-escape-1.1", "In 1.1 \\r is undefined, and fatal.", "STOMP 1.1, Value Encoding", kRule, cr_escape_11},
    {1, "escapes-1.0", "In 1.0 a backslash is a plain octet.", "STOMP 1.0", kRule, escapes_10},
    {1, "no-injection", "What an older version cannot express reaches its clients as no line of its own.", "STOMP 1.0; STOMP 1.1, Value Encoding", kRule, no_injection},
    {2, "undefined-escape", "An undefined escape (\\t) is a fatal error.", kEncoding, kRule, undefined_escape},
    {2, "undefined-escape-1.1", "… in 1.1, too.", "STOMP 1.1, Value Encoding", kRule, undefined_escape_11},
    {2, "lone-backslash", "… and so is a backslash at the end.", kEncoding, kRule, lone_backslash},
    {3, "connect-is-literal", "CONNECT and STOMP are not unescaped.", kEncoding, kRule, connect_is_literal},
    {3, "connected-is-literal", "CONNECTED is not escaped.", kEncoding, kRule, connected_is_literal},
    {4, "connected-is-clean", "CONNECTED has no CR and each header once.", kEncoding, kRule, connected_is_clean},
    {5, "escapes-in-names", "Header names are unescaped, too: an undefined escape in one is fatal.", kEncoding, kRule, name_escapes},
    {5, "no-escaped-names-out", "A name that needs an escape is not sent on: clients exist that do not unescape names.", kEncoding, kChoice, odd_name},
    {6, "raw-colon", "A line is split at its first colon; others belong to the value.", "STOMP 1.2, Augmented BNF", kChoice, raw_colon},
    {7, "header-without-colon", "A header line without colon is an error.", "STOMP 1.2, Augmented BNF", kRule, no_colon},
    {7, "header-without-name", "A header without name is an error.", "STOMP 1.2, Augmented BNF", kRule, empty_name},
    {7, "empty-value", "A header may have an empty value.", "STOMP 1.2, Augmented BNF", kRule, empty_value},
    {8, "no-trimming", "Blanks around a value belong to it.", kFrames, kRule, no_trimming},
    {8, "no-trimming-1.1", "… in 1.1, too.", "STOMP 1.1, STOMP Frames", kRule, no_trimming_11},
    {8, "blanks-1.0", "In 1.0 a blank after the colon is dropped, as its examples have it.", "STOMP 1.0", kChoice, blanks_10},
    {9, "first-header", "Of a repeated header the first counts.", kRepeated, kRule, first_header},
    {9, "first-destination", "… of destination as well.", kRepeated, kRule, first_destination},
    {9, "first-content-length", "… of content-length as well.", kRepeated, kRule, first_content_length},
    {9, "first-receipt", "… of receipt as well.", kRepeated, kRule, first_receipt},
    {10, "single-pass", "Escapes are undone in one pass: C\\c\\\\new is C:\\new.", kEncoding, kRule, single_pass},
    {11, "case-of-names", "Header names are case-sensitive: Destination is another header.", kFrames, kRule, case_of_names},
    {11, "case-of-commands", "Commands are case-sensitive.", kFrames, kRule, case_of_commands},
    {12, "utf-8", "Headers are UTF-8 and arrive as sent.", kEncoding, kRule, utf8_passes},
    {12, "broken-utf-8", "A header that is not UTF-8 is refused: no text message could carry it on.", kEncoding, kRule, broken_utf8},
    {13, "user-headers", "Headers of the sender's own arrive in the MESSAGE.", "STOMP 1.2, SEND", kRule, user_headers},
    {13, "forged-headers", "message-id, subscription and ack of a MESSAGE are the broker's, whatever SEND says.", "STOMP 1.2, MESSAGE", kRule, forged_headers},
    {14, "no-secrets", "No ERROR repeats a passcode.", "common sense", kRule, no_secrets},
};
// clang-format on

}  // namespace

std::span<const Case> encoding_cases() { return kCases; }

}  // namespace causeway::conformance
