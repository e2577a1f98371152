#include "broker/config/documents.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

using namespace causeway::config;

namespace {

// With CAUSEWAY_WRITE_DOCS=1 in the environment the file is written instead, to be committed.
void check_document(const std::string& name, const std::string& text) {
    const std::string path = std::string(CAUSEWAY_SOURCE_DIR) + "/docs/" + name;
    if (std::getenv("CAUSEWAY_WRITE_DOCS") != nullptr) std::ofstream(path, std::ios::binary) << text;
    std::ifstream file(path, std::ios::binary);
    REQUIRE_MESSAGE(file, path, " is missing; run the test with CAUSEWAY_WRITE_DOCS=1");
    std::stringstream content;
    content << file.rdbuf();
    CHECK_MESSAGE(content.str() == text, path, " is out of date; run the test with CAUSEWAY_WRITE_DOCS=1");
}

}  // namespace

TEST_CASE("docs/configuration.md says what the key table says") {
    check_document("configuration.md", configuration_markdown());
}

TEST_CASE("docs/errors.md says what the table of error codes says") {
    check_document("errors.md", errors_markdown());
}
