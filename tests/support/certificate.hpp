// A self-signed certificate and its key, as the PEM files that a TLS server wants. Made afresh: no key lies
// in the repository.
#pragma once

#include <filesystem>
#include <string>

namespace causeway::test {

struct Certificate {
    std::filesystem::path certificate_file;
    std::filesystem::path key_file;
};

// For one host name; the files are `name`.pem and `name`.key of the directory.
[[nodiscard]] Certificate make_certificate(const std::filesystem::path& directory, const std::string& name,
                                           const std::string& host);

}  // namespace causeway::test
