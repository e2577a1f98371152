// What the broker demands of TLS, of its own keys and of browsers: no renegotiation, tickets that every shard
// takes, private keys that are private, Strict-Transport-Security.
#include <doctest/doctest.h>
#include <openssl/ssl.h>
#include <signal.h>

#include <filesystem>
#include <fstream>

#include "tests/support/certificate.hpp"
#include "tests/support/token.hpp"
#include "tests/system/siege.hpp"
#include "tests/system/tls_visitor.hpp"

using namespace causeway::test;
namespace fs = std::filesystem;

namespace {

const std::string kInfo = "GET /ws/info HTTP/1.1\r\nHost: a.test\r\n\r\n";

// A broker with a certificate of its own.
struct EncryptedBroker {
    explicit EncryptedBroker(const std::vector<std::string>& more = {}) {
        BrokerProcess::Options options;
        options.set = {"listen.tls=127.0.0.1:0",
                       "tls.certificate_files=" + certificate.certificate_file.string(),
                       "tls.key_files=" + certificate.key_file.string()};
        options.set.insert(options.set.end(), more.begin(), more.end());
        options.start = BrokerProcess::Start::kLater;
        broker = std::make_unique<BrokerProcess>(options);
    }
    EncryptedBroker& start() {
        broker->start();
        const std::string line = broker->process().wait_for_line(" tls=");
        port = static_cast<std::uint16_t>(std::stoul(line.substr(line.find(" tls=127.0.0.1:") + 15)));
        return *this;
    }
    // What it says instead of starting.
    std::string refusal() {
        try {
            broker->start();
        } catch (const std::exception& error) {
            return error.what();
        }
        return "";
    }
    [[nodiscard]] std::string key() const { return certificate.key_file.string(); }

    TemporaryDirectory directory;
    Certificate certificate = make_certificate(directory.path(), "shown", "a.test");
    std::unique_ptr<BrokerProcess> broker;
    std::uint16_t port = 0;
};

bool names_policy(const std::string& head, const std::string& value) {
    return head.find("\r\nStrict-Transport-Security: " + value + "\r\n") != std::string::npos;
}
bool names_any_policy(const std::string& head) { return head.find("Strict-Transport") != std::string::npos; }

std::string asked(TlsVisitor& visitor, const std::string& request) {
    visitor.says(request);
    return visitor.hears("\r\n\r\n");
}

}  // namespace

// A broker that agreed would answer with a handshake; one that only warned would warn twenty times.
TEST_CASE("renegotiation is declined, and who asks again is closed upon, though he reads every answer") {
    EncryptedBroker there;
    there.start();
    constexpr char kAlert = 0x15;  // a record's type is in the clear: RFC 5246, 6.2.1
    TlsVisitor mallory(there.port, {"a.test", TLS1_2_VERSION, TlsPeer::kPlainestCiphers});
    REQUIRE(mallory.established());
    const std::string hello = TlsPeer({"a.test", TLS1_2_VERSION}).sealed().substr(5);  // without the record
    int answers = 0;
    until_refused([&] {
        for (int i = 0; i < 20; ++i) {
            mallory.socket().send(mallory.tls().sealed_handshake(hello));
            const auto answer = mallory.socket().receive();
            REQUIRE(answer);
            if (answer->empty()) return;
            CHECK(answer->front() == kAlert);
            ++answers;
        }
    });
    CHECK(answers >= 1);
    CHECK(answers <= 2);
}

TEST_CASE("a session resumes on every shard, and after the certificates were read again") {
    EncryptedBroker there({"shards=4"});
    there.start();
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        CAPTURE(version);
        TlsVisitor first(there.port, {"a.test", version});
        first.says(kInfo);
        REQUIRE(first.hears("entropy").find("websocket") != std::string::npos);  // the ticket came before
        REQUIRE_FALSE(first.tls().resumed());
        const auto session = first.tls().session();
        for (int i = 0; i < 8; ++i) {
            if (i == 4) {
                there.broker->process().signal(SIGHUP);
                (void)there.broker->process().wait_for_line("read again");
            }
            TlsVisitor again(there.port, {"a.test", version, {}, session});
            CHECK(again.established());
            CHECK(again.tls().resumed());
        }
    }
}

TEST_CASE("answers over TLS say Strict-Transport-Security, all others do not") {
    EncryptedBroker there;
    there.start();
    const std::string xhr = "POST /ws/000/s1/xhr_streaming HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n";
    for (const std::string& request : {kInfo, std::string("GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n"),
                                       std::string("nonsense\r\n\r\n"), xhr, upgrade_request()}) {
        CAPTURE(request);
        TlsVisitor visitor(there.port);
        CHECK(names_policy(asked(visitor, request), "max-age=86400"));
    }
    CHECK_FALSE(names_any_policy(http(there.broker->port(), {"GET", "/ws/info", {}, ""}).head));
    Socket plain = Socket::connect(there.broker->port());
    plain.send(upgrade_request());
    CHECK_FALSE(names_any_policy(plain.receive().value_or("Strict-Transport")));
}

TEST_CASE("Strict-Transport-Security says what is configured, and nothing where that is 0") {
    EncryptedBroker longer({"tls.hsts_max_age=365d"});
    TlsVisitor visitor(longer.start().port);
    CHECK(names_policy(asked(visitor, kInfo), "max-age=31536000"));
    EncryptedBroker off({"tls.hsts_max_age=0s"});
    TlsVisitor other(off.start().port);
    const std::string answer = asked(other, kInfo);
    CHECK(answer.starts_with("HTTP/1.1 200"));
    CHECK_FALSE(names_any_policy(answer));
}

TEST_CASE("a key that others can use: no start, and at SIGHUP the certificates from before stay") {
    EncryptedBroker there;
    fs::permissions(there.key(), fs::perms(0644));
    const std::string refusal = there.refusal();
    for (const std::string& part :
         {std::string("tls.key_files"), there.key(), std::string("0644"), std::string("chmod 600")})
        CHECK(refusal.find(part) != std::string::npos);
    fs::permissions(there.key(), fs::perms(0600));
    there.start();

    (void)make_certificate(there.directory.path(), "shown", "b.test");
    fs::permissions(there.key(), fs::perms(0640) | fs::perms::others_read);
    there.broker->process().signal(SIGHUP);
    CHECK(there.broker->process().wait_for_line("stay in use").find(there.key()) != std::string::npos);
    TlsVisitor visitor(there.port);
    CHECK(visitor.tls().server_name() == "a.test");
    fs::permissions(there.key(), fs::perms(0600));
    there.broker->process().signal(SIGHUP);
    (void)there.broker->process().wait_for_line("read again");
    TlsVisitor later(there.port);
    CHECK(later.tls().server_name() == "b.test");
}

TEST_CASE("a secret that others can read is used, with a warning that names it") {
    TemporaryDirectory directory;
    const std::string secret = directory / "open.secret";
    std::ofstream(secret) << kTokenSecret;
    fs::permissions(secret, fs::perms(0644));
    BrokerProcess broker({{"auth.jwt.secret_file=" + secret}, {}, {}, {}, {}});
    const std::string line = broker.process().wait_for_line("auth.jwt.secret_file");
    for (const std::string& part : {secret, std::string("0644"), std::string("chmod 600")})
        CHECK(line.find(part) != std::string::npos);
    CHECK(BrokerProcess().log().find("chmod") == std::string::npos);
}
