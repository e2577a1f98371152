// TLS that is old, weak, impatient or broken.
#include <doctest/doctest.h>
#include <openssl/ssl.h>

#include "tests/system/party.hpp"
#include "tests/system/siege.hpp"
#include "tests/system/tls_visitor.hpp"

using namespace causeway::test;
using namespace std::chrono_literals;

namespace {

const std::string kInfo = "GET /ws/info HTTP/1.1\r\nHost: a.test\r\n\r\n";

}  // namespace

TEST_CASE("versions and ciphers that are no longer safe are not agreed to") {
    Siege siege(open_to_strangers(), Siege::Tls::kOn);
    struct Row {
        const char* what;
        TlsPeer::Options options;
    };
    for (const Row& row :
         {Row{"TLS 1.0", {"a.test", TLS1_VERSION}}, Row{"TLS 1.1", {"a.test", TLS1_1_VERSION}},
          Row{"no encryption", {"a.test", TLS1_2_VERSION, "eNULL:@SECLEVEL=0"}},
          Row{"no authentication", {"a.test", TLS1_2_VERSION, "aNULL:@SECLEVEL=0"}},
          Row{"3DES, RC4, IDEA, SEED", {"a.test", TLS1_2_VERSION, "3DES:RC4:IDEA:SEED:@SECLEVEL=0"}}}) {
        CAPTURE(row.what);
        bool agreed = false;
        try {
            agreed = TlsVisitor(siege.tls_port(), row.options).established();
        } catch (const std::invalid_argument&) {  // our OpenSSL could not offer it if it wanted
        }
        CHECK_FALSE(agreed);
    }
    TlsVisitor twelve(siege.tls_port(), {"a.test", TLS1_2_VERSION});
    CHECK(twelve.tls().version() == TLS1_2_VERSION);
    twelve.says(kInfo);
    CHECK(twelve.hears("entropy").find("websocket") != std::string::npos);
    TlsVisitor stranger(siege.tls_port(), {"nobody.test", 0});
    CHECK(stranger.tls().server_name() == "a.test");
    twelve.socket().close();
    stranger.socket().close();
    CHECK(siege.outcome() == "");
}

TEST_CASE(
    "renegotiation and key updates without end are ended, and fill no memory while nobody reads the "
    "answers") {
    Siege siege(open_to_strangers(), Siege::Tls::kOn);
    const int rounds = sized(20'000, 200'000);
    SUBCASE("renegotiation, TLS 1.2") {
        TlsVisitor mallory(siege.tls_port(), {"a.test", TLS1_2_VERSION, TlsPeer::kPlainestCiphers}, 4096);
        REQUIRE(mallory.established());
        const std::string hello =
            TlsPeer({"a.test", TLS1_2_VERSION}).sealed().substr(5);  // without the record
        until_refused([&] {
            for (int i = 0; i < rounds; ++i) mallory.socket().send(mallory.tls().sealed_handshake(hello));
        });
        CHECK(mallory.sees_end());
    }
    SUBCASE("key updates, TLS 1.3") {
        TlsVisitor mallory(siege.tls_port(), {}, 4096);
        REQUIRE(mallory.established());
        until_refused([&] {
            for (int i = 0; i < rounds; ++i) {
                mallory.tls().updates_keys();
                mallory.socket().send(mallory.tls().sealed(), 5s);
            }
        });
        CHECK(mallory.sees_end());
    }
    CHECK(siege.growth() < 4 * kMiB);
    CHECK(siege.outcome() == "");
}

TEST_CASE("more handshakes than are allowed are turned away, and those who are there do not notice") {
    Siege siege(open_to_strangers({"tls.handshakes_per_second=2", "heartbeat.interval=1h"}), Siege::Tls::kOn);
    TlsVisitor there(siege.tls_port());
    REQUIRE(there.established());
    there.logs_in("there");
    int established = 0;
    int turned_away = 0;
    const auto flood = [&] {
        for (int i = 0; i < 100; ++i) {
            bool in = false;
            until_refused([&] { in = TlsVisitor(siege.tls_port()).established(); });
            ++(in ? established : turned_away);
        }
    };
    flood();
    if (is_long())
        for (int i = 0; i < 150; ++i) flood();
    CHECK(established > 0);
    CHECK(turned_away > 0);
    CHECK(siege.canary.sings());
    there.says_stomp("SEND\nreceipt:r\ndestination:/topic/open/a");
    CHECK(there.hears("receipt-id:r").find("RECEIPT") != std::string::npos);
    // When it is over, others come in again.
    CHECK(eventually([&] {
        bool in = false;
        until_refused([&] { in = TlsVisitor(siege.tls_port()).established(); });
        return in;
    }));
    there.socket().close();
    CHECK(siege.outcome() == "");
}
