// The header clauses of the three specifications, one case each, as the decoder reads them.
#include "tests/stomp/sees.hpp"

namespace causeway::stomp::testing {
namespace {

TEST_CASE("escapes are those of the version: STOMP 1.2 and 1.1, \"Value Encoding\"; 1.0 has none") {
    const auto in = "SEND\na:1\\n2\\c3\\\\4\n\n\0"s;
    CHECK(sees(in, Version::k12) == "SEND{a=1\\n2:3\\4}");
    CHECK(sees(in, Version::k11) == "SEND{a=1\\n2:3\\4}");
    CHECK(sees(in, Version::k10) == "SEND{a=1\\n2\\c3\\\\4}");
    const auto with_r = "SEND\na:1\\r2\n\n\0"s;
    CHECK(sees(with_r, Version::k12) == "SEND{a=1\\r2}");
    CHECK(refuses(with_r, Version::k11, "header 'a': undefined escape at octet 4"));
    // In 1.0 a backslash is an octet like any other: what is shown is four octets, not an escape undone.
    CHECK(decode(with_r, {Version::k10}).frames.at(0).headers.at(0).second == "1\\r2");
}

TEST_CASE("undefined escapes are fatal and name header and offset: STOMP 1.2, \"Value Encoding\"") {
    struct Row {
        std::string head;
        std::string because;
    } const rows[] = {
        {"a:\\t", "header 'a': undefined escape at octet 3 of the line"},
        {"a:x\\", "header 'a': undefined escape at octet 4 of the line"},
        {"a:\\\\\\", "header 'a': undefined escape at octet 5 of the line"},
        {"a:\\N", "header 'a': undefined escape at octet 3 of the line"},
        {"a\\t:1", "header 'a\\t': undefined escape at octet 2 of the line"},
        {"a\\:1", "header 'a\\': undefined escape at octet 2 of the line"},
    };
    for (const auto& [head, because] : rows)
        for (const Version version : {Version::k11, Version::k12})
            CHECK(sees("SEND\n" + head + "\n\n\0"s, version) == "!" + because);
}

TEST_CASE("CONNECT, STOMP and CONNECTED are never unescaped: STOMP 1.2, \"Value Encoding\"") {
    for (const Version version : kAllVersions) {
        for (const std::string command : {"CONNECT", "STOMP"})
            CHECK(sees(command + "\naccept-version:1.2\npasscode:a\\nb:c\\t\\\n\n\0"s, version) ==
                  command + "{accept-version=1.2,passcode=a\\nb:c\\t\\}");
        CHECK(sees("CONNECTED\nversion:1.2\nserver:a\\cb\n\n\0"s, Setting{version, Peer::kServer}) ==
              "CONNECTED{version=1.2,server=a\\cb}");
    }
}

TEST_CASE("names are unescaped as values are: STOMP 1.2, \"Value Encoding\"") {
    CHECK(sees("SEND\na\\cb\\\\:1\n\n\0"s, Version::k12) == "SEND{a:b\\=1}");
    CHECK(sees("SEND\na\\cb\\\\:1\n\n\0"s, Version::k11) == "SEND{a:b\\=1}");
    // The first colon splits, so what 1.0 takes for the name has none.
    CHECK(sees("SEND\na\\cb:1\n\n\0"s, Version::k10) == "SEND{a\\cb=1}");
}

TEST_CASE("the first colon splits, later ones belong to the value: STOMP 1.0, \"Protocol Frames\"") {
    for (const Version version : kAllVersions)
        CHECK(sees("SEND\na:b:c::\n\n\0"s, version) == "SEND{a=b:c::}");
}

TEST_CASE("a line without colon or without name is malformed: STOMP 1.2, \"Augmented BNF\"") {
    for (const Version version : kAllVersions) {
        CHECK(sees("SEND\na:1\nbroken\n\n\0"s, version) == "!malformed header: line 2 has no colon");
        CHECK(sees("SEND\n:1\n\n\0"s, version) == "!malformed header: line 1 has no name");
    }
}

TEST_CASE("an empty value is legal: STOMP 1.1, \"Augmented BNF\"; accepted in 1.0 too") {
    for (const Version version : kAllVersions) CHECK(sees("SEND\na:\n\n\0"s, version) == "SEND{a=}");
}

TEST_CASE(
    "blanks are never trimmed: STOMP 1.2, \"Value Encoding\"; 1.0's examples write one after the colon") {
    const auto in = "SEND\n a :  1 \nb: \n\n\0"s;
    CHECK(sees(in, Version::k12) == "SEND{ a =  1 ,b= }");
    CHECK(sees(in, Version::k11) == "SEND{ a =  1 ,b= }");
    CHECK(sees(in, Version::k10) == "SEND{ a =1 ,b=}");
    CHECK(refuses("SEND \n\n\0"s, Version::k12, "unknown command"));
}

TEST_CASE("CONNECT is trimmed as 1.0 only if it is 1.0's: STOMP 1.2, \"Protocol Negotiation\"") {
    for (const Version version : kAllVersions) {
        CHECK(sees("CONNECT\nlogin: me\n\n\0"s, version) == "CONNECT{login=me}");
        CHECK(sees("CONNECT\npasscode: x\naccept-version:1.1\n\n\0"s, version) ==
              "CONNECT{passcode= x,accept-version=1.1}");
        CHECK(sees("CONNECTED\nsession: x\n\n\0"s, Setting{version, Peer::kServer}) ==
              "CONNECTED{session=x}");
    }
}

TEST_CASE("of repeated headers only the first is seen: STOMP 1.2, \"Repeated Header Entries\"") {
    for (const Version version : kAllVersions) {
        CHECK(sees("SEND\nfoo:World\nfoo:Hello\n\n\0"s, version) == "SEND{foo=World}");
        CHECK(sees("SEND\ndestination:/a\nreceipt:1\ndestination:/b\nreceipt:2\n\n\0"s, version) ==
              "SEND{destination=/a,receipt=1}");
        CHECK(sees("SEND\ncontent-length:2\ncontent-length:5\n\nab\0SEND\n\n\0"s, version) ==
              "SEND{content-length=2}ab SEND{}");
        CHECK(sees("SEND\ncontent-length:2\ncontent-length:x\n\nab\0"s, version) ==
              "SEND{content-length=2}ab");
    }
    // However they are spelled.
    CHECK(sees("SEND\na\\cb:1\na\\cb:2\nc:3\\n\nc:4\n\n\0"s, Version::k12) == "SEND{a:b=1,c=3\\n}");
}

TEST_CASE("a backslash before r, n and c is undone in one pass: STOMP 1.2, \"Value Encoding\"") {
    for (const Version version : {Version::k11, Version::k12})
        CHECK(decode("SEND\nfile:C\\c\\\\new\\\\cat\\\\\\\\readme\n\n\0"s, {version})
                  .frames.at(0)
                  .headers.at(0)
                  .second == "C:\\new\\cat\\\\readme");
}

TEST_CASE("commands and header names are case-sensitive: STOMP 1.2, \"STOMP Frames\"") {
    const auto in = "SEND\nDestination:/a\ndestination:/b\nContent-Length:9\n\nx\0"s;
    for (const Version version : kAllVersions) {
        CHECK(sees(in, version) == "SEND{Destination=/a,destination=/b,Content-Length=9}x");
        CHECK(refuses("send\n\n\0"s, version, "unknown command 'send'"));
    }
}

TEST_CASE("commands and headers are UTF-8: STOMP 1.2, \"STOMP Frames\"") {
    for (const Version version : kAllVersions) {
        CHECK(sees("SEND\nn\xc3\xa4me:\xf0\x9f\x98\x80 \xe4\xb8\xad\n\n\0"s, version) ==
              "SEND{n\xc3\xa4me=\xf0\x9f\x98\x80 \xe4\xb8\xad}");
        for (const std::string bad :
             {"\xff", "\xc3", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\x80", "\xe4\xb8"}) {
            CHECK(sees("SEND\nname:" + bad + "\n\n\0"s, version) == "!header 'name': not UTF-8");
            CHECK(sees("SEND\n" + bad + ":1\n\n\0"s, version) == "!header 1: not UTF-8");
            CHECK(sees(bad + "\n\n\0"s, version) == "!command: not UTF-8");
        }
        // A body is octets.
        CHECK(sees("SEND\n\n\xff\0"s, version) == "SEND{}\xff");
    }
}

TEST_CASE("headers nobody knows are kept: STOMP 1.2, \"SEND\"") {
    for (const Version version : kAllVersions)
        CHECK(sees("SEND\nx-one:1\ntwo:2\n\n\0"s, version) == "SEND{x-one=1,two=2}");
}

TEST_CASE("errors never show a header's value: it may be a passcode") {
    for (const Version version : kAllVersions) {
        for (const std::string& bad : {"\rx"s, "\xff"s, "\0"s})
            CHECK(sees("CONNECT\npasscode:secret" + bad + "\n\n\0"s, version).find("secret") ==
                  std::string::npos);
        CHECK(sees("SEND\npasscode secret\n\n\0"s, version).find("secret") == std::string::npos);
    }
}

}  // namespace
}  // namespace causeway::stomp::testing
