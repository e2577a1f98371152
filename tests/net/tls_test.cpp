#include <doctest/doctest.h>
#include <openssl/ssl.h>

#include <filesystem>
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
    ManualClock clock;
    std::shared_ptr<net::TlsTicketKeys> tickets = std::make_shared<net::TlsTicketKeys>(clock);
    [[nodiscard]] std::shared_ptr<const net::TlsContext> context() const {
        return std::make_shared<const net::TlsContext>(all, tickets);
    }

    // Whoever came with this session, and resumed it.
    [[nodiscard]] bool resumes(const test::TlsPeer::Session& session, int newest_version) const {
        Link link(*context(), {"b.test", newest_version, {}, session});
        REQUIRE(link.settles() == TlsStream::State::kOpen);
        REQUIRE(link.client.established());
        return link.client.resumed();
    }
    // Of a first connection.
    [[nodiscard]] test::TlsPeer::Session session(int newest_version) const {
        Link link(*context(), {"b.test", newest_version});
        REQUIRE(link.settles() == TlsStream::State::kOpen);
        REQUIRE_FALSE(link.client.resumed());
        return link.client.session();
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
    const auto with = [this](const std::string& certificate, const std::string& key) {
        (void)net::TlsContext({{certificate, key}}, tickets);
    };
    CHECK_THROWS_WITH_AS(with(missing, all[0].key_file), doctest::Contains("missing.pem"),
                         std::runtime_error);
    CHECK_THROWS_WITH_AS(with(all[0].certificate_file, missing), doctest::Contains("missing.pem"),
                         std::runtime_error);
    CHECK_THROWS_WITH_AS(with(all[0].certificate_file, all[1].key_file), doctest::Contains("b.test.key"),
                         std::runtime_error);
    std::ofstream(directory.path() / "garbage.pem") << "garbage";
    CHECK_THROWS_AS(with(directory.path() / "garbage.pem", all[0].key_file), std::runtime_error);
}

TEST_CASE_FIXTURE(Certificates, "a key that others can use is refused, with its mode and what to do") {
    namespace fs = std::filesystem;
    const fs::path key = all[0].key_file;
    const auto fault = [this] {
        try {
            (void)context();
            return std::string();
        } catch (const std::runtime_error& error) {
            return std::string(error.what());
        }
    };
    CHECK(fault().empty());
    for (const unsigned mode : {0644U, 0604U, 0660U, 0620U, 0610U}) {
        CAPTURE(mode);
        fs::permissions(key, fs::perms(mode));
        for (const std::string& part : {key.string(), std::string("tls.key_files"), std::string("chmod 600")})
            CHECK(fault().find(part) != std::string::npos);
    }
    fs::permissions(key, fs::perms(0400));
    CHECK(fault().empty());
    fs::remove(key);
    fs::create_directory(key);
    CHECK(fault().find("not a regular file") != std::string::npos);
}

TEST_CASE_FIXTURE(Certificates, "a ticket resumes under the current and the previous key, and no longer") {
    constexpr Milliseconds kPeriod = net::TlsTicketKeys::kPeriod;
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        CAPTURE(version);
        const auto first = session(version);
        CHECK(resumes(first, version));
        clock.advance(kPeriod - Milliseconds(1));
        CHECK(resumes(first, version));
        clock.advance(Milliseconds(1));
        const auto second = session(version);
        CHECK(resumes(first, version));
        CHECK(resumes(second, version));
        clock.advance(kPeriod);
        CHECK_FALSE(resumes(first, version));
        CHECK(resumes(second, version));
        clock.advance(kPeriod);
        CHECK_FALSE(resumes(second, version));
    }
}

TEST_CASE_FIXTURE(Certificates, "a key that nobody asked for in two periods opens nothing any more") {
    const auto last = session(TLS1_3_VERSION);
    clock.advance(2 * net::TlsTicketKeys::kPeriod);
    CHECK_FALSE(resumes(last, TLS1_3_VERSION));
    const auto late = session(TLS1_3_VERSION);
    clock.advance(net::TlsTicketKeys::kPeriod * 19 / 10);  // its period began anew, late as it was
    CHECK(resumes(late, TLS1_3_VERSION));
    clock.advance(net::TlsTicketKeys::kPeriod / 5);
    CHECK_FALSE(resumes(late, TLS1_3_VERSION));
}

TEST_CASE_FIXTURE(Certificates, "whoever resumes under the previous key gets a ticket of the current one") {
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        CAPTURE(version);
        const auto first = session(version);
        clock.advance(net::TlsTicketKeys::kPeriod);
        Link link(*context(), {"b.test", version, {}, first});
        REQUIRE(link.settles() == TlsStream::State::kOpen);
        REQUIRE(link.client.resumed());
        const auto renewed = link.client.session();
        clock.advance(net::TlsTicketKeys::kPeriod);
        CHECK_FALSE(resumes(first, version));
        CHECK(resumes(renewed, version));
    }
}

TEST_CASE_FIXTURE(Certificates, "a ticket of other keys costs a whole handshake and nothing else") {
    const auto ours = session(TLS1_3_VERSION);
    tickets = std::make_shared<net::TlsTicketKeys>(clock);
    CHECK_FALSE(resumes(ours, TLS1_3_VERSION));
}

TEST_CASE_FIXTURE(Certificates,
                  "nothing may be said before the handshake is over: it could be said again by others") {
    CHECK(test::TlsPeer::early_octets(session(TLS1_3_VERSION)) == 0);
}
