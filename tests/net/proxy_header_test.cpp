#include "broker/net/proxy_header.hpp"

#include <doctest/doctest.h>

using namespace causeway::net;
using State = ProxyHeader::State;

namespace {

const std::string kSignature("\r\n\r\n\0\r\nQUIT\n", 12);
const std::string kIpv4("\xc0\x00\x02\x07\xc6\x33\x64\x01\xdb\xdb\x01\xbb", 12);  // 192.0.2.7 -> 198.51.100.1
const std::string kIpv6 =
    std::string("\x20\x01\x0d\xb8", 4) + std::string(11, '\0') + '\7' + std::string(20, '\1');
const std::string kTlvs(
    "\x01\x00\x02h2\x05\x00\x03"
    "abc",
    11);

// A block of version 2.
std::string block(char command, char family, const std::string& rest) {
    std::string octets = kSignature + command + family;
    octets += static_cast<char>(rest.size() >> 8U);
    octets += static_cast<char>(rest.size() & 255U);
    return octets + rest;
}

struct Row {
    std::string octets;
    State state;
    std::string source;
};

}  // namespace

TEST_CASE("a line of version 1 names the client") {
    const std::string longest = "PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535";
    const Row rows[] = {
        {"PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\r\n", State::kWhole, "192.0.2.7"},
        {"PROXY TCP6 2001:DB8::7 2001:db8::1 1 0\r\n", State::kWhole, "2001:db8::7"},
        {"PROXY TCP6 ::ffff:192.0.2.7 ::1 1 2\r\n", State::kWhole, "192.0.2.7"},
        {"PROXY UNKNOWN\r\n", State::kWhole, ""},
        {longest + std::string(105 - longest.size(), 'x') + "\r\n", State::kWhole, ""},
        {longest + std::string(106 - longest.size(), 'x') + "\r\n", State::kBroken, ""},
        {"PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\n", State::kNeedMore, ""},
        {"PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\n" + std::string(100, 'x'), State::kBroken, ""},
        {"PROXY TCP4 192.0.2.7 198.51.100.1 56324\r\n", State::kBroken, ""},
        {"PROXY TCP4 192.0.2.7 198.51.100.1 56324 443 1\r\n", State::kBroken, ""},
        {"PROXY TCP4  192.0.2.7 198.51.100.1 56324 443\r\n", State::kBroken, ""},
        {"PROXY TCP4 192.0.2.7 198.51.100.1 65536 443\r\n", State::kBroken, ""},
        {"PROXY TCP4 192.0.2.7 198.51.100.1 05632 443\r\n", State::kBroken, ""},
        {"PROXY TCP4 192.0.2.7 198.51.100.1 -1 443\r\n", State::kBroken, ""},
        {"PROXY TCP4 192.0.2.700 198.51.100.1 1 443\r\n", State::kBroken, ""},
        {"PROXY TCP4 2001:db8::7 2001:db8::1 1 2\r\n", State::kBroken, ""},
        {"PROXY TCP6 192.0.2.7 198.51.100.1 1 2\r\n", State::kBroken, ""},
        {"PROXY UDP4 192.0.2.7 198.51.100.1 1 2\r\n", State::kBroken, ""},
        {"PROXY UNKNOWNS\r\n", State::kBroken, ""},
        {"PROXY\r\n", State::kBroken, ""},
        {"PROXYTCP4 192.0.2.7 198.51.100.1 1 2\r\n", State::kBroken, ""},
        {"proxy TCP4 192.0.2.7 198.51.100.1 1 2\r\n", State::kBroken, ""},
        {"GET /ws HTTP/1.1\r\n", State::kBroken, ""},
        {"\x16\x03\x01", State::kBroken, ""},
        {"", State::kNeedMore, ""},
    };
    for (const Row& row : rows) {
        CAPTURE(row.octets);
        const ProxyHeader header = parse_proxy_header(row.octets);
        CHECK(header.state == row.state);
        CHECK(header.source == row.source);
        if (row.state == State::kWhole) CHECK(header.size == row.octets.size());
    }
}

TEST_CASE("a block of version 2 names the client") {
    const Row rows[] = {
        {block('\x21', '\x11', kIpv4), State::kWhole, "192.0.2.7"},
        {block('\x21', '\x11', kIpv4 + kTlvs), State::kWhole, "192.0.2.7"},
        {block('\x21', '\x21', kIpv6), State::kWhole, "2001:db8::7"},
        {block('\x21', '\x21', kIpv6 + kTlvs), State::kWhole, "2001:db8::7"},
        {block('\x21', '\x31', std::string(216, 'p')), State::kWhole, ""},  // UNIX
        {block('\x21', '\x12', kIpv4), State::kWhole, ""},                  // a datagram is no connection
        {block('\x21', '\x00', ""), State::kWhole, ""},
        {block('\x21', '\x00', kTlvs), State::kWhole, ""},
        {block('\x20', '\x00', ""), State::kWhole, ""},  // LOCAL
        {block('\x20', '\x11', kIpv4), State::kWhole, ""},
        {block('\x20', '\x11', ""), State::kWhole, ""},
        {block('\x21', '\x11', std::string(11, 'a')), State::kBroken, ""},
        {block('\x21', '\x21', kIpv4), State::kBroken, ""},
        {block('\x21', '\x31', std::string(215, 'p')), State::kBroken, ""},
        {block('\x21', '\x41', kIpv6), State::kBroken, ""},
        {block('\x21', '\x13', kIpv4), State::kBroken, ""},
        {block('\x22', '\x11', kIpv4), State::kBroken, ""},
        {block('\x11', '\x11', kIpv4), State::kBroken, ""},
        {block('\x21', '\x11', std::string(ProxyHeader::kMaxSize - 16, 'x')), State::kWhole,
         "120.120.120.120"},
        {block('\x21', '\x11', std::string(ProxyHeader::kMaxSize - 15, 'x')), State::kBroken, ""},
        {kSignature.substr(0, 11) + '\r', State::kBroken, ""},
    };
    for (const Row& row : rows) {
        CAPTURE(row.octets);
        const ProxyHeader header = parse_proxy_header(row.octets);
        CHECK(header.state == row.state);
        CHECK(header.source == row.source);
        if (row.state == State::kWhole) CHECK(header.size == row.octets.size());
    }
}

TEST_CASE("a PROXY header may come in any pieces, and what follows is not its own") {
    for (const std::string& whole :
         {std::string("PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\r\n"), std::string("PROXY UNKNOWN\r\n"),
          block('\x21', '\x11', kIpv4 + kTlvs), block('\x21', '\x21', kIpv6), block('\x20', '\x00', "")}) {
        for (std::size_t cut = 0; cut < whole.size(); ++cut)
            CHECK(parse_proxy_header(whole.substr(0, cut)).state == State::kNeedMore);
        const ProxyHeader alone = parse_proxy_header(whole);
        const ProxyHeader followed = parse_proxy_header(whole + "GET / HTTP/1.1\r\n\r\n");
        CHECK(followed.state == State::kWhole);
        CHECK(followed.size == whole.size());
        CHECK(followed.source == alone.source);
    }
}

TEST_CASE("a block that would be too large is known from its first 16 octets") {
    CHECK(parse_proxy_header(kSignature + "\x21\x11\xff\xff").state == State::kBroken);
}
