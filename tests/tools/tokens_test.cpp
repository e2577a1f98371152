#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "tests/tools/cli_fixture.hpp"

using namespace causeway::ctl;

namespace {

Shell shell_with_secret() {
    Shell shell;
    shell.environment = {{"CAUSEWAYCTL_JWT_SECRET", "0123456789abcdef0123456789abcdef"}};
    return shell;
}

}  // namespace

TEST_CASE("a token that was created is verified, and says who") {
    Shell shell = shell_with_secret();
    const Ran made =
        shell({"tokens", "create", "--user", "ann", "--role", "admin", "--role", "cs", "--issuer", "me"});
    REQUIRE(made.code == 0);
    CHECK(std::count(made.out.begin(), made.out.end(), '.') == 2);
    shell.input = made.out;
    const Ran read = shell({"tokens", "verify", "-o", "json", "--issuer", "me"});
    CHECK(read.code == 0);
    CHECK(read.out.find(R"("user":"ann")") != std::string::npos);
    CHECK(read.out.find(R"("roles":["admin","cs"])") != std::string::npos);
    CHECK(shell({"tokens", "verify", "--issuer", "other"}).code == 1);
    CHECK(shell({"tokens", "verify", "nonsense"}).code == 1);
}

TEST_CASE("a token of another secret is refused with the reason, and the token is not repeated") {
    Shell shell = shell_with_secret();
    shell.input = shell({"tokens", "create", "--user", "ann"}).out;
    shell.environment["CAUSEWAYCTL_JWT_SECRET"] = "another secret that is long enough";
    const Ran ran = shell({"tokens", "verify"});
    CHECK(ran.code == 1);
    CHECK(ran.err.find("would refuse") != std::string::npos);
    CHECK(ran.err.find(shell.input.substr(0, 20)) == std::string::npos);
}

TEST_CASE("tokens come in numbers, one on a line") {
    const Ran ran = shell_with_secret()(
        {"tokens", "create", "--user", "user{i}", "--count", "3", "--first", "5", "-o", "json"});
    CHECK(std::count(ran.out.begin(), ran.out.end(), '\n') == 3);
    for (const char* user : {"user5", "user6", "user7"}) CHECK(ran.out.find(user) != std::string::npos);
}

TEST_CASE("what makes no token is told apart by the exit code") {
    const Shell shell = shell_with_secret();
    CHECK(shell({"tokens", "create"}).code == 64);
    CHECK(shell({"tokens", "create", "--user", "a", "--expires", "1y"}).code == 64);
    CHECK(shell({"tokens", "create", "--user", "a", "--expires", "99999999999999d"}).code == 64);
    CHECK(shell({"tokens", "create", "--user", "a\nb"}).code == 64);
    CHECK(shell({"tokens", "create", "--user", "a", "--secret-file", "/nonexistent"}).code == 66);
    CHECK(shell({"tokens", "create", "--user", "a", "--algorithm", "RS256"}).code == 64);
    Shell weak;
    CHECK(weak({"tokens", "create", "--user", "a"}).code == 64);
    weak.environment = {{"CAUSEWAYCTL_JWT_SECRET", "short"}};
    CHECK(weak({"tokens", "create", "--user", "a"}).code == 78);
}
