// The framing clauses of the three specifications, one case each.
#include "tests/stomp/sees.hpp"

namespace causeway::stomp::testing {
namespace {

TEST_CASE("one CR before LF is part of the line's end, in every version: STOMP 1.2, \"STOMP Frames\"") {
    for (const Version version : kAllVersions) {
        CHECK(sees("CONNECT\r\nhost:a\r\naccept-version:1.2\r\n\r\n\0"s, version) ==
              "CONNECT{host=a,accept-version=1.2}");
        CHECK(sees("SEND\r\na:1\r\n\r\nbody\r\n\0"s, version) == "SEND{a=1}body\\r\\n");
        CHECK(sees("SEND\na:1\r\n\nx\0"s, version) == "SEND{a=1}x");
    }
}

TEST_CASE("CR within a line is forbidden: STOMP 1.2, \"Augmented BNF\"; up to 1.1 it is data") {
    for (const std::string line : {"a:1\r2", "a:1\r", "a:\r1"}) {
        const std::string in = "SEND\n" + line + "\r\n\n\0"s;
        CHECK(sees(in, Version::k12) == "!header 'a': CR within a line");
        CHECK(sees(in, Version::k11) == "SEND{a=" + printable(line.substr(2)) + "}");
        CHECK(sees(in, Version::k10) == "SEND{a=" + printable(line.substr(2)) + "}");
        for (const Version version : kAllVersions)
            CHECK(refuses("CONNECT\n" + line + "\r\n\n\0"s, version, "header 'a': CR within a line"));
    }
    for (const Version version : kAllVersions) CHECK(refuses("SE\rND\n\n\0"s, version));
    for (const Version version : kAllVersions) CHECK(refuses("\rSEND\n\n\0"s, version));
}

TEST_CASE("CR and LF may come in different pieces: STOMP 1.2, \"Augmented BNF\"") {
    Decoder decoder(Peer::kClient, {});
    Outcome outcome;
    for (const auto& piece : {"\r"s, "\nSEND\r"s, "\na:1\r"s, "\n\r"s, "\nx\0\r"s, "\n"s})
        REQUIRE(feed(decoder, piece, outcome));
    CHECK(show(outcome) == "SEND{a=1}x");
}

TEST_CASE("any number of EOLs, and NULs, may stand between frames: STOMP 1.2, \"Augmented BNF\"") {
    for (const Version version : kAllVersions) {
        CHECK(sees("\n\n\r\nSEND\n\na\0\n\r\n\n\0\0\nSEND\n\nb\0\0\n"s, version) == "SEND{}a SEND{}b");
        CHECK(sees("\n", version) == "");
        CHECK(sees("\r\n\r\n", version) == "");
    }
}

TEST_CASE("a lone EOL is a heart-beat: STOMP 1.2, \"Heart-beating\"") {
    for (const std::string in : {"\n", "\r\n", "\n\n"}) {
        Decoder decoder(Peer::kClient, {});
        decoder.feed(in);
        CHECK(std::holds_alternative<Beat>(decoder.next()));
        CHECK(std::holds_alternative<NeedMore>(decoder.next()));
    }
}

TEST_CASE("content-length counts octets, whatever they are: STOMP 1.2, \"Header content-length\"") {
    for (const Version version : kAllVersions) {
        CHECK(sees("SEND\ncontent-length:4\n\na\0\nb\0SEND\n\n\0"s, version) ==
              "SEND{content-length=4}a\\0\\nb SEND{}");
        CHECK(sees("SEND\ncontent-length:4\n\n\xf0\x9f\x98\x80\0"s, version) ==
              "SEND{content-length=4}\xf0\x9f\x98\x80");
        CHECK(sees("SEND\ncontent-length:0\n\n\0"s, version) == "SEND{content-length=0}");
    }
}

TEST_CASE("content-length counts on any frame: STOMP 1.2, \"Header content-length\"") {
    for (const Version version : kAllVersions) {
        CHECK(sees("SUBSCRIBE\nid:1\ncontent-length:0\n\n\0SEND\n\n\0"s, version) ==
              "SUBSCRIBE{id=1,content-length=0} SEND{}");
        CHECK(sees("ACK\nid:1\ncontent-length:0\n\n\0"s, version) == "ACK{id=1,content-length=0}");
    }
}

TEST_CASE("only SEND, MESSAGE and ERROR have a body: STOMP 1.2, \"Body\"; 1.0 ignores others") {
    for (const Command command : {Command::kSubscribe, Command::kUnsubscribe, Command::kAck, Command::kNack,
                                  Command::kBegin, Command::kCommit, Command::kAbort, Command::kDisconnect}) {
        const std::string name(name_of(command));
        const auto plain = name + "\nid:1\n\nbody\0SEND\n\n\0"s;
        const auto measured = name + "\ncontent-length:4\n\nbo\0y\0SEND\n\n\0"s;
        for (const Version version : {Version::k11, Version::k12}) {
            CHECK(refuses(plain, version, name + " must not have a body"));
            CHECK(refuses(measured, version, name + " must not have a body"));
        }
        CHECK(sees(plain, Version::k10) == name + "{id=1} SEND{}");
        CHECK(sees(measured, Version::k10) == name + "{content-length=4} SEND{}");
    }
    for (const Version version : kAllVersions) {
        CHECK(sees("CONNECT\nlogin:a\n\nbody\0"s, version) == "CONNECT{login=a}");
        CHECK(refuses("CONNECT\naccept-version:1.2\n\nbody\0"s, version, "CONNECT must not have a body"));
        CHECK(sees("MESSAGE\n\nm\0ERROR\n\ne\0"s, Setting{version, Peer::kServer}) == "MESSAGE{}m ERROR{}e");
    }
    CHECK(sees("RECEIPT\n\nr\0"s, Setting{Version::k12, Peer::kServer}) ==
          "!RECEIPT must not have a body: STOMP 1.2, \"Body\"");
}

TEST_CASE(
    "NUL must follow the body: STOMP 1.2, \"STOMP Frames\"; the text names stompjs's splitLargeFrames") {
    for (const Version version : kAllVersions) {
        CHECK(
            refuses("SEND\ncontent-length:3\n\nabcd\0"s, version, "no NUL after a body of content-length 3"));
        CHECK(refuses("SEND\ncontent-length:3\n\nabcd\0"s, version, "splitLargeFrames"));
        CHECK(refuses("SEND\ncontent-length:0\n\n\n\0"s, version, "forceBinaryWSFrames"));
        // The emoji that became two replacement characters.
        CHECK(refuses("SEND\ncontent-length:4\n\n\xef\xbf\xbd\xef\xbf\xbd\0"s, version, "splitLargeFrames"));
    }
}

TEST_CASE("without content-length the first NUL ends the body: STOMP 1.2, \"Body\"") {
    for (const Version version : kAllVersions)
        CHECK(sees("SEND\n\na\n\nb\0SEND\nx:1\n\n\0"s, version) == "SEND{}a\\n\\nb SEND{x=1}");
}

TEST_CASE("content-length is digits only: STOMP 1.2, \"Header content-length\"") {
    for (const std::string bad : {"-1", "+5", "5x", "0x5", "5 ", "", "1.0", "\t5", "five", "1,000"})
        for (const Version version : kAllVersions)
            CHECK(sees("SEND\ncontent-length:" + bad + "\n\nhello\0"s, version) ==
                  "!content-length must be a number of octets, in digits only");
    CHECK(refuses("SEND\ncontent-length: 5\n\nhello\0"s, Version::k12, "digits only"));
    CHECK(refuses("SEND\ncontent-length: 5\n\nhello\0"s, Version::k11, "digits only"));
    CHECK(sees("SEND\ncontent-length: 5\n\nhello\0"s, Version::k10) == "SEND{content-length=5}hello");
    CHECK(sees("SEND\ncontent-length:05\n\nhello\0"s, Version::k12) == "SEND{content-length=05}hello");
}

TEST_CASE("content-length above the limit is refused before the body comes: STOMP 1.2, \"Size Limits\"") {
    for (const std::string large :
         {"262145", "99999999999999999999", "18446744073709551616", "18446744073709551615"})
        for (const Version version : kAllVersions)
            CHECK(sees("SEND\ncontent-length:" + large + "\n\n", version) ==
                  "!!a body larger than limits.frame_bytes = 262144");
}

TEST_CASE("a body is octets, whether measured or not: STOMP 1.2, \"Header content-type\"") {
    for (const Version version : kAllVersions)
        CHECK(sees("SEND\ncontent-length:1\ncontent-type:a/b\n\nx\0SEND\ncontent-type:a/b\n\nx\0"s,
                   version) == "SEND{content-length=1,content-type=a/b}x SEND{content-type=a/b}x");
}

TEST_CASE("unknown commands are refused, also what a known one begins: STOMP 1.2, \"Client Frames\"") {
    for (const std::string name : {"SENDX", "SEN", "NOPE", "SEND "})
        for (const Version version : kAllVersions)
            CHECK(refuses(name + "\n\n\0"s, version, "unknown command"));
    CHECK(sees("GET\n\n\0"s) == "!unknown command 'GET'");
    CHECK(sees("G<\"'>\n\n\0"s) == "!unknown command");
}

TEST_CASE("a command of the other side is unknown: STOMP 1.2, \"Client Frames\", \"Server Frames\"") {
    for (const std::string name : {"MESSAGE", "RECEIPT", "ERROR", "CONNECTED"}) {
        CHECK(sees(name + "\n\n\0"s) == "!unknown command '" + name + "'");
        CHECK(sees(name + "\n\n\0"s, Setting{Version::k12, Peer::kServer}) == name + "{}");
    }
    for (const std::string name : {"SEND", "SUBSCRIBE", "UNSUBSCRIBE", "ACK", "NACK", "BEGIN", "COMMIT",
                                   "ABORT", "CONNECT", "STOMP", "DISCONNECT"}) {
        CHECK(sees(name + "\n\n\0"s) == name + "{}");
        CHECK(sees(name + "\n\n\0"s, Setting{Version::k12, Peer::kServer}) ==
              "!unknown command '" + name + "'");
    }
}

TEST_CASE("NUL before the blank line is a frame that was cut short") {
    for (const Version version : kAllVersions)
        for (const std::string& in :
             {"SEND\0"s, "SEND\na:1\0"s, "SEND\na:1\n\0"s, "SEND\na:\0\n\n\0"s, "SE\0ND\n\n\0"s})
            CHECK(sees(in, version) == "!NUL before the blank line that ends the headers");
}

}  // namespace
}  // namespace causeway::stomp::testing
