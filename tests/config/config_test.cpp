#include "broker/config/config.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "broker/config/documents.hpp"
#include "broker/config/key_table.hpp"

using namespace causeway;
using namespace causeway::config;

namespace {

const std::string kSecret = "auth.jwt.secret = \"0123456789abcdef0123456789abcdef\"\n";

// A directory of its own for each case.
class Directory {
public:
    Directory() {
        std::string name = (std::filesystem::temp_directory_path() / "causeway-config-XXXXXX").string();
        REQUIRE(mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    ~Directory() { std::filesystem::remove_all(path_); }
    Directory(const Directory&) = delete;
    Directory& operator=(const Directory&) = delete;

    std::string write(const std::string& name, const std::string& text) const {
        const auto file = path_ / name;
        std::ofstream(file, std::ios::binary) << text;
        return file.string();
    }

private:
    std::filesystem::path path_;
};

template <typename Load>
std::string error_of(Load&& load) {
    try {
        (void)load();
    } catch (const ConfigError& error) {
        return error.what();
    }
    return "accepted";
}
std::string error_in(const std::string& toml) {
    return error_of([&] { return load_text(kSecret + toml, "c.toml"); });
}

}  // namespace

TEST_CASE("with a secret alone everything has its default") {
    const Config config = load_text(kSecret, "c.toml");
    CHECK(config.listen.public_address == "127.0.0.1:8080");
    CHECK(config.listen.admin_address == "127.0.0.1:8081");
    CHECK(config.http.prefixes == std::vector<std::string>{"/ws"});
    CHECK(config.limits.frame_bytes == 262144);
    CHECK(config.limits.send_per_second == 10);
    CHECK(config.heartbeat.interval == Milliseconds(30'000));
    CHECK(config.storage.durability == "power");
    CHECK_FALSE(config.auth.anonymous);
    CHECK(config.permissions.empty());
}

TEST_CASE("flags beat the environment, the environment beats the file, a later file beats an earlier one") {
    const Directory directory;
    const auto first = directory.write(
        "a.toml",
        kSecret + "shards = 1\n[limits]\nheaders = 1\nsubscriptions_per_session = 1\nsend_burst = 1\n");
    const auto second =
        directory.write("b.toml", "[limits]\nheaders = 2\nsubscriptions_per_session = 2\nsend_burst = 2\n");
    const Config config = load({first, second},
                               {{"CAUSEWAY_LIMITS__HEADERS", "3"},
                                {"CAUSEWAY_LIMITS__SUBSCRIPTIONS_PER_SESSION", "3"},
                                {"PATH", "x"}},
                               {"limits.headers=4"});
    CHECK(config.shards == 1);
    CHECK(config.limits.send_burst == 2);
    CHECK(config.limits.subscriptions_per_session == 3);
    CHECK(config.limits.headers == 4);
}

TEST_CASE("every type is read from a file, from the environment and from --set") {
    const std::string toml = kSecret + R"(
        http.prefixes = ["/ws", "/stomp"]
        auth.anonymous = true
        [limits]
        frame_bytes = "64KiB"
        head_bytes = 4096
        header_bytes = 2048
        connect_timeout = "1500ms"
        send_per_second = 2.5
        sessions_per_user = 0
        [heartbeat]
        interval = "1m")";
    const std::vector<std::string> pairs{
        "http.prefixes=/ws, /stomp",  "auth.anonymous=true",        "limits.frame_bytes=64KiB",
        "limits.head_bytes=4096",     "limits.header_bytes=2KiB",   "limits.connect_timeout=1500ms",
        "limits.send_per_second=2.5", "limits.sessions_per_user=0", "heartbeat.interval=1m"};
    const Environment environment{
        {"CAUSEWAY_HTTP__PREFIXES", "/ws,/stomp"},   {"CAUSEWAY_AUTH__ANONYMOUS", "true"},
        {"CAUSEWAY_LIMITS__FRAME_BYTES", "65536"},   {"CAUSEWAY_LIMITS__HEAD_BYTES", "4KiB"},
        {"CAUSEWAY_LIMITS__HEADER_BYTES", "2048"},   {"CAUSEWAY_LIMITS__CONNECT_TIMEOUT", "1500ms"},
        {"CAUSEWAY_LIMITS__SEND_PER_SECOND", "2.5"}, {"CAUSEWAY_LIMITS__SESSIONS_PER_USER", "0"},
        {"CAUSEWAY_HEARTBEAT__INTERVAL", "60s"}};
    for (const Config& config : {load_text(toml, "c.toml"), load({}, environment, {}), load({}, {}, pairs)}) {
        CHECK(config.http.prefixes == std::vector<std::string>{"/ws", "/stomp"});
        CHECK(config.auth.anonymous);
        CHECK(config.limits.frame_bytes == 65536);
        CHECK(config.limits.head_bytes == 4096);
        CHECK(config.limits.header_bytes == 2048);
        CHECK(config.limits.connect_timeout == Milliseconds(1500));
        CHECK(config.limits.send_per_second == 2.5);
        CHECK(config.limits.sessions_per_user == 0);
        CHECK(config.heartbeat.interval == Milliseconds(60'000));
    }
}

TEST_CASE("mistakes in a file are named with their place and what would be right") {
    const std::pair<const char*, const char*> rows[] = {
        {"[limits]\nframe_byte = 1",
         "c.toml:3:1: unknown key \"limits.frame_byte\"; did you mean \"limits.frame_bytes\"?"},
        {"[limit]\nframe_bytes = 1",
         "c.toml:3:1: unknown key \"limit.frame_bytes\"; did you mean \"limits.frame_bytes\"?"},
        {"auth.secret_file = \"x\"",
         "c.toml:2:6: unknown key \"auth.secret_file\"; did you mean \"auth.jwt.secret_file\"?"},
        {"[bananas]", "c.toml:2:2: unknown key \"bananas\"; `causeway default-config` lists all keys"},
        {"limits = 3", "c.toml:2:1: unknown key \"limits\"; `causeway default-config` lists all keys"},
        {"[limits]\nframe_bytes = \"64KB\"",
         "c.toml:3:1: limits.frame_bytes is \"64KB\", which is not a size; write for example 65536 or "
         "\"64KiB\""},
        {"[limits]\nframe_bytes = -1",
         "c.toml:3:1: limits.frame_bytes is -1, which is not a size; write for example 65536 or \"64KiB\""},
        {"[limits]\nframe_bytes = 0", "c.toml:3:1: limits.frame_bytes is 0, but must be more than 0"},
        {"[limits]\nframe_bytes = \"99999999999GiB\"",
         "c.toml:3:1: limits.frame_bytes is \"99999999999GiB\", which is not a size; write for example 65536 "
         "or \"64KiB\""},
        {"[limits]\nheaders = 1.5", "c.toml:3:1: limits.headers is 1.5, which is not a whole number"},
        {"[limits]\nsend_per_second = nan",
         "c.toml:3:1: limits.send_per_second is nan, which is not a number"},
        {"[limits]\nconnect_timeout = 10",
         "c.toml:3:1: limits.connect_timeout is 10, which is not a duration; write for example \"10s\" or "
         "\"500ms\""},
        {"auth.anonymous = \"yes\"",
         "c.toml:2:6: auth.anonymous is \"yes\", which is neither true nor false"},
        {"storage.durability = \"disk\"",
         "c.toml:2:9: storage.durability is \"disk\", which is none of power|process"},
        {"http.prefixes = \"/ws\"",
         "c.toml:2:6: http.prefixes is \"/ws\", which is not a list of texts; write for example [\"a\", "
         "\"b\"]"},
        {"http.prefixes = [1]",
         "c.toml:2:6: http.prefixes is something else, which is not a list of texts; write for example "
         "[\"a\", \"b\"]"},
        {"admin.token = 5", "c.toml:2:7: admin.token is a value, which is not a text"},
        {"listen.public = { port = 1 }", "c.toml:2:8: listen.public is something else, which is not a text"},
    };
    for (const auto& [toml, expected] : rows) {
        CAPTURE(toml);
        const std::string error = error_in(toml);
        CHECK(error == expected);
    }
}

TEST_CASE("text that is not TOML is refused where it goes wrong") {
    CHECK(error_in("shards = \n").find("c.toml:2:") == 0);
    CHECK(error_in("shards = 1\nshards = 2").find("c.toml:3:") == 0);
    CHECK(error_in("cluster.name = \"\xff\"") == "c.toml: not TOML: it is not UTF-8");
    CHECK(error_in("nam\u00e9 = 1").find("c.toml:2:") == 0);
    CHECK(error_in("shards =+\"\u00bf").find("c.toml:2:") == 0);
    CHECK(error_in("[" + std::string(3, '\0') + "limits]") ==
          "c.toml:2: not TOML: there is a control character");
    CHECK(error_in("cluster.name = \"\\u0025E4\"") ==
          "c.toml:2: not TOML: write % itself in place of its escape");
    CHECK(error_in("x = " + std::string(100'000, '[')).find("c.toml:2:") == 0);
}

TEST_CASE("texts may hold any character, in quotes of any kind") {
    const Config config = load_text(
        kSecret + "# \u00e9 %\n[cluster]\nname = \"100% \u4f60\" # \u00e9\nnode = '%41\u00e9'", "c.toml");
    CHECK(config.cluster.name == "100% \u4f60");
    CHECK(config.cluster.node == "%41\u00e9");
}

TEST_CASE("mistakes in the environment and in --set are named as well") {
    const auto of_environment = [](const char* name, const char* value) {
        return error_of([&] { return load({}, {{name, value}}, {"auth.anonymous=true"}); });
    };
    const auto of_set = [](const char* set) {
        return error_of([&] { return load({}, {}, {"auth.anonymous=true", set}); });
    };
    CHECK(of_environment("CAUSEWAY_LIMITS__HEADER", "1") ==
          "CAUSEWAY_LIMITS__HEADER: unknown key \"limits.header\"; did you mean \"limits.headers\"?");
    CHECK(of_environment("CAUSEWAY_LIMITS__HEADERS", "many") ==
          "CAUSEWAY_LIMITS__HEADERS: limits.headers is \"many\", which is not a whole number");
    CHECK(of_environment("CAUSEWAY_SHARDS", "-2") ==
          "CAUSEWAY_SHARDS: shards is -2, which is not a whole number");
    CHECK(of_environment("CAUSEWAY_PORT", "tcp://10.0.0.1:8080") == "accepted");
    CHECK(of_set("limits.headers") == "--set limits.headers: write --set section.key=value");
    CHECK(of_set("=1") == "--set =1: write --set section.key=value");
    CHECK(of_set("limits.header=1") ==
          "--set limits.header: unknown key \"limits.header\"; did you mean \"limits.headers\"?");
    CHECK(of_set("log.level=loud") ==
          "--set log.level: log.level is \"loud\", which is none of trace|debug|info|warn|error");
}

TEST_CASE("nobody can log in: the broker says how to make a secret and does not start") {
    const std::string error = error_of([] { return load({}, {}, {}); });
    CHECK(error.find("auth.jwt.secret_file: is not set, so nobody could log in. Make a secret with\n"
                     "    (umask 077; openssl rand -base64 48 > jwt.secret)\n") == 0);
    CHECK(error_of([] { return load({}, {}, {"auth.anonymous=true"}); }) == "accepted");
    CHECK(error_of([] { return load({}, {}, {"auth.jwt.secret=short"}); }) ==
          "auth.jwt.secret: the secret has 5 octets, but HS256 needs at least 32; make one with: openssl "
          "rand -base64 48");
    CHECK(error_in("auth.jwt.algorithms = [\"HS256\", \"none\"]") ==
          "auth.jwt.secret: algorithm \"none\" is not one of HS256, HS384, HS512");
    CHECK(error_in("auth.jwt.algorithms = []") == "auth.jwt.algorithms: is empty; write [\"HS256\"]");
}

TEST_CASE("secrets come from files, and never from two places of the same rank") {
    const Directory directory;
    const auto file = directory.write("secret", "0123456789abcdef0123456789abcdef\n");
    const auto empty = directory.write("empty", "\n");
    CHECK(load({}, {}, {"auth.jwt.secret_file=" + file}).auth.jwt.secret ==
          "0123456789abcdef0123456789abcdef");
    CHECK(error_of([&] {
              return load({}, {}, {"auth.jwt.secret_file=" + file, "auth.jwt.secret=x"});
          }) == "auth.jwt.secret and auth.jwt.secret_file are both set; keep one of them");
    const std::string other(32, 'o');
    CHECK(
        load({}, {{"CAUSEWAY_AUTH__JWT__SECRET_FILE", file}}, {"auth.jwt.secret=" + other}).auth.jwt.secret ==
        other);
    CHECK(load({}, {{"CAUSEWAY_AUTH__JWT__SECRET", other}}, {"auth.jwt.secret_file=" + file})
              .auth.jwt.secret[0] == '0');
    CHECK(error_of([&] { return load({}, {}, {"auth.jwt.secret_file=" + file + ".no"}); }) ==
          "auth.jwt.secret_file: cannot read \"" + file + ".no\": No such file or directory");
    CHECK(error_of([&] { return load({}, {}, {"auth.jwt.secret_file=" + empty}); }) ==
          "auth.jwt.secret_file: \"" + empty + "\" is empty");
    CHECK(error_of([&] { return load({empty + ".toml"}, {}, {}); }) ==
          "--config: cannot read \"" + empty + ".toml\": No such file or directory");
}

TEST_CASE("what cannot work together is refused with the reason") {
    const std::pair<const char*, const char*> rows[] = {
        {"listen.public = \"8080\"",
         "listen.public: \"8080\" is not an address and port, as \"127.0.0.1:8080\" or \"[::1]:8080\""},
        {"listen.public = \"::1:8080\"",
         "listen.public: \"::1:8080\" is not an address and port, as \"127.0.0.1:8080\" or \"[::1]:8080\""},
        {"listen.public = \"a:99999\"",
         "listen.public: \"a:99999\" is not an address and port, as \"127.0.0.1:8080\" or \"[::1]:8080\""},
        {"listen.public = \"[::1]:0\"", "accepted"},
        {"listen.admin = \"127.0.0.1:8080\"",
         "listen.admin: must not be the same as listen.public: what operators may, clients must not reach"},
        {"listen.proxy_protocol = true",
         "listen.proxy_protocol: needs listen.trusted_proxies: the PROXY header is believed from those alone, so "
         "nobody could connect"},
        {"listen.trusted_proxies = [\"10.0.0.0/33\"]",
         "listen.trusted_proxies: \"10.0.0.0/33\" is not an address or a range such as \"10.0.0.0/8\""},
        {"listen.denied_addresses = [\"x\"]",
         "listen.denied_addresses: \"x\" is not an address or a range such as \"10.0.0.0/8\""},
        {"listen.stomp_tls = \"127.0.0.1:61614\"",
         "listen.stomp_tls: needs a certificate: set tls.certificate_files and tls.key_files"},
        {"http.prefixes = []",
         "http.prefixes: is empty, so nobody could connect; write for example [\"/ws\"]"},
        {"http.prefixes = [\"ws\"]", "http.prefixes: \"ws\" is not a path such as \"/ws\""},
        {"http.prefixes = [\"/ws\", \"/ws\"]", "http.prefixes: \"/ws\" is there twice"},
        {"limits.frame_bytes = 1024",
         "limits.frame_bytes: must be more than limits.head_bytes, or no frame could have a body"},
        {"limits.send_burst = 0.5", "limits.send_burst: must be at least 1, or nothing could be sent"},
        {"heartbeat.tolerance = 0.5",
         "heartbeat.tolerance: must be at least 1, or clients that keep their promise would be dropped"},
        {"shards = 65", "shards: is 65, but 64 is the most"},
        {"admin.token = \"admin\"",
         "admin.token: has fewer than 16 octets; make one with: openssl rand -base64 24"},
        {"storage.path = \"\"", "storage.path: is empty; name a directory for the data"},
    };
    for (const auto& [toml, expected] : rows) CHECK(error_in(toml) == expected);
}

TEST_CASE("default-config loads back as the defaults, and names every key once") {
    const std::string text = default_config_toml();
    CHECK(error_of([&] { return load_text(text, "d.toml"); }).find("auth.jwt.secret_file: is not set") == 0);
    Directory directory;
    const Config config =
        load({directory.write("d.toml", text)}, {}, {"auth.jwt.secret=0123456789abcdef0123456789abcdef"});
    Config defaults;
    defaults.auth.jwt.secret = config.auth.jwt.secret;
    CHECK(config_toml(config) == config_toml(defaults));
    CHECK(text.find("\nframe_bytes = \"256KiB\"\n") != std::string::npos);
}

TEST_CASE("printed configurations show no secret and load back") {
    Config config =
        load_text(kSecret + "admin.token = \"a-very-secret-token\"\nlimits.headers = 7", "c.toml");
    const std::string text = config_toml(config);
    CHECK(text.find("0123456789abcdef") == std::string::npos);
    CHECK(text.find("a-very-secret-token") == std::string::npos);
    CHECK(text.find("token = \"********\"") != std::string::npos);
    CHECK(text.find("headers = 7\n") != std::string::npos);
}

TEST_CASE("every secret has a file twin and every key a text that ends") {
    for (const Key& key : keys()) {
        CAPTURE(key.name);
        if (key.type == Type::kSecret) CHECK(find_key(std::string(key.name) + "_file") != nullptr);
        CHECK(key.doc.size() > 5);
        CHECK(find_key(key.name) == &key);
    }
}
