// What goes out: conformance of the encoder.
#include "stomp/encoder.hpp"

#include "tests/stomp/sees.hpp"

namespace causeway::stomp::testing {
namespace {

std::string frame(Version version, Command command, std::string_view name, std::string_view value,
                  std::string_view body = {}) {
    std::string out;
    Encoder(out, version, command).header(name, value).finish(body);
    return out;
}

TEST_CASE("values are escaped as the version does, or left out: STOMP 1.2 and 1.1, \"Value Encoding\"") {
    struct Row {
        std::string value;
        std::string in_10, in_11, in_12;  // the header's line
    } const rows[] = {
        {"plain", "a:plain\n", "a:plain\n", "a:plain\n"},
        {"", "a:\n", "a:\n", "a:\n"},
        {"x:y", "a:x:y\n", "a:x\\cy\n", "a:x\\cy\n"},
        {"\\", "a:\\\n", "a:\\\\\n", "a:\\\\\n"},
        {"x\ny", "", "a:x\\ny\n", "a:x\\ny\n"},
        {"x\ry", "", "", "a:x\\ry\n"},
        {"x\r\n", "", "", "a:x\\r\\n\n"},
        {"x\0y"s, "", "", ""},
        {"\\n:\\", "a:\\n:\\\n", "a:\\\\n\\c\\\\\n", "a:\\\\n\\c\\\\\n"},
        {"\xe4\xb8\xad", "a:\xe4\xb8\xad\n", "a:\xe4\xb8\xad\n", "a:\xe4\xb8\xad\n"},
    };
    for (const Row& row : rows) {
        CAPTURE(printable(row.value));
        CHECK(frame(Version::k10, Command::kReceipt, "a", row.value) == "RECEIPT\n" + row.in_10 + "\n\0"s);
        CHECK(frame(Version::k11, Command::kReceipt, "a", row.value) == "RECEIPT\n" + row.in_11 + "\n\0"s);
        CHECK(frame(Version::k12, Command::kReceipt, "a", row.value) == "RECEIPT\n" + row.in_12 + "\n\0"s);
    }
}

TEST_CASE("CONNECTED is never escaped, and nothing can break out of it: STOMP 1.2, \"Value Encoding\"") {
    for (const Version version : kAllVersions) {
        CHECK(frame(version, Command::kConnected, "server", "a:b\\c") == "CONNECTED\nserver:a:b\\c\n\n\0"s);
        for (const std::string& value : {"x\nuser-name:root"s, "x\r"s, "x\0"s})
            CHECK(frame(version, Command::kConnected, "user-name", value) == "CONNECTED\n\n\0"s);
        CHECK(frame(version, Command::kConnect, "passcode", "a:b\\c") == "CONNECT\npasscode:a:b\\c\n\n\0"s);
    }
}

TEST_CASE("names that would need an escape are never sent: clients exist that do not unescape names") {
    for (const Version version : kAllVersions)
        for (const std::string& name : {""s, "a:b"s, "a\\b"s, "a\nb"s, "a\rb"s, "a\0b"s})
            CHECK(frame(version, Command::kReceipt, name, "x") == "RECEIPT\n\n\0"s);
}

TEST_CASE("frames with a body always say its length in octets: STOMP 1.2, \"Header content-length\"") {
    for (const Version version : kAllVersions) {
        CHECK(frame(version, Command::kMessage, "a", "b", "\xe4\xb8\xad\0!"s) ==
              "MESSAGE\na:b\ncontent-length:5\n\n\xe4\xb8\xad\0!\0"s);
        CHECK(frame(version, Command::kMessage, "a", "b") == "MESSAGE\na:b\ncontent-length:0\n\n\0"s);
        CHECK(frame(version, Command::kError, "message", "no") ==
              "ERROR\nmessage:no\ncontent-length:0\n\n\0"s);
        CHECK(frame(version, Command::kReceipt, "receipt-id", "7") == "RECEIPT\nreceipt-id:7\n\n\0"s);
    }
}

TEST_CASE("headers of a client never replace the server's: STOMP 1.2, \"MESSAGE\"") {
    std::string out = "MESSAGE\nx-old:before\n\n\0"s;  // the frame before is none of its business
    const std::size_t before = out.size();
    Encoder(out, Version::k12, Command::kMessage)
        .header("message-id", "1")
        .header("empty", "")
        .pass_on("message-id", "forged")
        .pass_on("message-i", "other")
        .pass_on("message-id2", "other")
        .pass_on("content-length", "99")
        .pass_on("empty", "forged")
        .pass_on("x-old", "new")
        .pass_on("x-old", "again")
        .pass_on("MESSAGE", "not a header yet")
        .finish("m");
    CHECK(out.substr(before) ==
          "MESSAGE\nmessage-id:1\nempty:\nmessage-i:other\nmessage-id2:other\nx-old:new\nMESSAGE:not a "
          "header yet\n"
          "content-length:1\n\nm\0"s);
}

TEST_CASE("numbers are written in decimal") {
    std::string out;
    Encoder(out, Version::k12, Command::kReceipt).header("a", 0).header("b", ~std::uint64_t{0}).finish();
    CHECK(out == "RECEIPT\na:0\nb:18446744073709551615\n\n\0"s);
}

TEST_CASE("a heart-beat is one LF: STOMP 1.2, \"Heart-beating\"") { CHECK(kBeatOctets == "\n"); }

}  // namespace
}  // namespace causeway::stomp::testing
