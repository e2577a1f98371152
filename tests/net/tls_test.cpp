#include <doctest/doctest.h>
#include <openssl/ssl.h>

#include <fstream>
#include <utility>

#include "broker/net/tls_context.hpp"
#include "tests/support/certificate.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/tls_peer.hpp"

using namespace causeway;
using net::TlsStream;

namespace {

// A client and a server stream with nothing but strings between them.
struct Link {
    Link(const net::TlsContext& context, const test::TlsPeer::Options& options)
        : client(options), server(context.open()) {}

    // Until neither has anything to say. At most `step` octets go to the server at a time.
    TlsStream::State settles(std::size_t step = SIZE_MAX) {
        TlsStream::State state = TlsStream::State::kOpen;
        for (std::string up = client.sealed(); !up.empty() || !down.empty(); up = client.sealed()) {
            while (!up.empty() && state == TlsStream::State::kOpen) {
                const std::string part = up.substr(0, step);
                up.erase(0, part.size());
                state = server->receive(
                    part, [this](std::string_view plain) { heard += plain; }, down);
            }
            client_heard += client.gets(std::exchange(down, {}));
            if (state != TlsStream::State::kOpen) break;
        }
        return state;
    }

    test::TlsPeer client;
    std::unique_ptr<TlsStream> server;
    std::string down;
    std::string heard;  // by the server
    std::string client_heard;
};

struct Certificates {
    Certificates() {
        for (const char* const host : {"a.test", "b.test"}) {
            const auto made = test::make_certificate(directory.path(), host, host);
            all.push_back({made.certificate_file, made.key_file});
        }
    }
    test::TemporaryDirectory directory;
    std::vector<net::TlsCertificate> all;
    [[nodiscard]] std::shared_ptr<const net::TlsContext> context() const {
        return std::make_shared<const net::TlsContext>(all);
    }
};

}  // namespace

TEST_CASE_FIXTURE(Certificates, "octets pass both ways, however the sealed ones are cut") {
    for (const std::size_t step : {std::size_t{1}, std::size_t{7}, SIZE_MAX}) {
        Link link(*context(), {});
        CHECK(link.settles(step) == TlsStream::State::kOpen);
        REQUIRE(link.client.established());
        CHECK(link.client.version() == TLS1_3_VERSION);
        const std::string much(100'000, 'x');
        link.client.says(much);
        for (std::size_t at = 0; at < much.size(); at += 10'000)
            CHECK(link.server->seal(std::string_view(much).substr(at, 10'000), link.down) ==
                  TlsStream::State::kOpen);
        CHECK(link.settles(step) == TlsStream::State::kOpen);
        CHECK(link.heard == much);
        CHECK(link.client_heard == much);
    }
}

TEST_CASE_FIXTURE(Certificates, "the certificate is that of the host asked for, else the first") {
    const std::pair<const char*, const char*> kNames[] = {
        {"a.test", "a.test"}, {"b.test", "b.test"}, {"c.test", "a.test"}};
    for (const auto& [asked, shown] : kNames) {
        Link link(*context(), {asked, 0});
        CHECK(link.settles() == TlsStream::State::kOpen);
        CHECK(link.client.server_name() == shown);
    }
}

TEST_CASE_FIXTURE(Certificates, "TLS 1.2 is the oldest that is agreed to") {
    Link newer(*context(), {"a.test", TLS1_2_VERSION});
    CHECK(newer.settles() == TlsStream::State::kOpen);
    CHECK(newer.client.established());
    Link older(*context(), {"a.test", TLS1_1_VERSION});
    CHECK(older.settles() == TlsStream::State::kBroken);
    CHECK(older.client.failed());
}

TEST_CASE_FIXTURE(Certificates, "what is not TLS, or was tampered with, breaks the stream") {
    Link plain(*context(), {});
    CHECK(plain.server->receive(
              "GET / HTTP/1.1\r\n\r\n", [](std::string_view) {}, plain.down) == TlsStream::State::kBroken);
    Link spoilt(*context(), {});
    CHECK(spoilt.settles() == TlsStream::State::kOpen);
    spoilt.client.says("hello");
    std::string sealed = spoilt.client.sealed();
    sealed.back() = static_cast<char>(sealed.back() ^ 1);
    CHECK(spoilt.server->receive(
              sealed, [&](std::string_view heard) { spoilt.heard += heard; }, spoilt.down) ==
          TlsStream::State::kBroken);
    CHECK(spoilt.heard.empty());
}

TEST_CASE_FIXTURE(Certificates, "a few key updates are served, a flood is not") {
    Link link(*context(), {});
    CHECK(link.settles() == TlsStream::State::kOpen);
    for (int i = 0; i < TlsStream::kMaxKeyUpdates; ++i) link.client.updates_keys();
    link.client.says("still here");
    CHECK(link.settles() == TlsStream::State::kOpen);
    CHECK(link.heard == "still here");
    link.client.updates_keys();
    link.client.says("one too many");
    CHECK(link.settles() == TlsStream::State::kBroken);
}

TEST_CASE_FIXTURE(Certificates, "who asks again and again to negotiate anew breaks the stream") {
    Link link(*context(), {"a.test", TLS1_2_VERSION, test::TlsPeer::kPlainestCiphers});
    CHECK(link.settles() == TlsStream::State::kOpen);
    REQUIRE(link.client.established());
    const std::string hello = test::TlsPeer({"a.test", TLS1_2_VERSION}).sealed().substr(5);
    const auto asks_anew = [&] {
        return link.server->receive(
            link.client.sealed_handshake(hello), [](std::string_view) {}, link.down);
    };
    CHECK(asks_anew() == TlsStream::State::kOpen);
    CHECK_FALSE(link.down.empty());  // a warning: no renegotiation
    CHECK(asks_anew() == TlsStream::State::kBroken);
}

TEST_CASE_FIXTURE(Certificates, "the end is said, and heard") {
    Link link(*context(), {});
    CHECK(link.settles() == TlsStream::State::kOpen);
    CHECK(link.server->established());
    link.server->shut(link.down);
    CHECK_FALSE(link.down.empty());
}

TEST_CASE_FIXTURE(Certificates, "a file that cannot be used is named") {
    const auto missing = directory.path() / "missing.pem";
    CHECK_THROWS_WITH_AS(net::TlsContext({{missing, all[0].key_file}}), doctest::Contains("missing.pem"),
                         std::runtime_error);
    CHECK_THROWS_WITH_AS(net::TlsContext({{all[0].certificate_file, all[1].key_file}}),
                         doctest::Contains("b.test.key"), std::runtime_error);
    std::ofstream(directory.path() / "garbage.pem") << "garbage";
    CHECK_THROWS_AS(net::TlsContext({{directory.path() / "garbage.pem", all[0].key_file}}),
                    std::runtime_error);
}
