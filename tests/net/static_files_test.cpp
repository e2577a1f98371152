#include "broker/net/static_files.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <fstream>

#include "tests/support/temporary_directory.hpp"

using namespace causeway::net;
namespace fs = std::filesystem;

namespace {

void write(const fs::path& path, const std::string& text) { std::ofstream(path) << text; }

}  // namespace

TEST_CASE("files of the directory are served by their names, and nothing else is") {
    causeway::test::TemporaryDirectory outside;
    write(fs::path(outside.path()) / "secret.txt", "secret");
    causeway::test::TemporaryDirectory directory;
    const fs::path root = directory.path();
    write(root / "index.html", "home");
    fs::create_directory(root / "js");
    write(root / "js" / "a.js", "code");
    write(root / "key.pem", "private");
    fs::create_symlink(fs::path(outside.path()) / "secret.txt", root / "link.txt");
    fs::create_directory_symlink(outside.path(), root / "linked");
    fs::create_symlink("/dev/zero", root / "zero.txt");
    REQUIRE(::mkfifo((root / "pipe.txt").c_str(), 0600) == 0);

    const StaticFiles files(root);
    const auto text = [&](std::string_view path) {
        const StaticFiles::File* const file = files.find(path);
        return file == nullptr ? "(none)" : file->bytes;
    };
    CHECK(text("/") == "home");
    CHECK(text("/index.html") == "home");
    CHECK(text("/js/a.js") == "code");
    for (const char* path :
         {"/js", "/js/", "/key.pem", "/link.txt", "/linked/secret.txt", "/zero.txt", "/pipe.txt",
          "/../index.html", "//index.html", "/js/../index.html", "index.html", ""}) {
        CAPTURE(path);
        CHECK(text(path) == "(none)");
    }
}

TEST_CASE("a directory that is not there, or a file that is too large, stops the start") {
    CHECK_THROWS_AS(StaticFiles("/nowhere/at/all"), std::runtime_error);
    causeway::test::TemporaryDirectory directory;
    write(fs::path(directory.path()) / "large.txt", std::string((4U << 20) + 1, 'x'));
    CHECK_THROWS_AS(StaticFiles(directory.path()), std::runtime_error);
}
