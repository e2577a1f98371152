#include "tests/support/certificate.hpp"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <cstdio>
#include <memory>
#include <stdexcept>

namespace causeway::test {

namespace {

constexpr long kDay = 24L * 3600;

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using X509Ptr = std::unique_ptr<X509, decltype(&X509_free)>;
using File = std::unique_ptr<std::FILE, decltype(&std::fclose)>;

void require(bool holds, const char* what) {
    if (!holds) throw std::runtime_error(std::string("making a certificate: ") + what);
}

X509Ptr sign(EVP_PKEY* key, const std::string& host) {
    X509Ptr certificate(X509_new(), &X509_free);
    X509* const raw = certificate.get();
    X509_set_version(raw, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(raw), 1);
    X509_gmtime_adj(X509_getm_notBefore(raw), -kDay);
    X509_gmtime_adj(X509_getm_notAfter(raw), kDay);
    X509_set_pubkey(raw, key);
    X509_NAME* const name = X509_get_subject_name(raw);
    const auto* const text = reinterpret_cast<const unsigned char*>(host.c_str());
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, text, -1, -1, 0);
    X509_set_issuer_name(raw, name);
    X509_EXTENSION* const alternative =
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, ("DNS:" + host).c_str());
    require(alternative != nullptr && X509_add_ext(raw, alternative, -1) == 1, "its name");
    X509_EXTENSION_free(alternative);
    require(X509_sign(raw, key, EVP_sha256()) > 0, "its signature");
    return certificate;
}

File open_file(const std::filesystem::path& path, mode_t mode) {
    File file(std::fopen(path.c_str(), "w"), &std::fclose);
    require(file != nullptr && ::fchmod(::fileno(file.get()), mode) == 0, path.c_str());
    return file;
}

}  // namespace

Certificate make_certificate(const std::filesystem::path& directory, const std::string& name,
                             const std::string& host) {
    const Key key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
    require(key != nullptr, "its key");
    const X509Ptr certificate = sign(key.get(), host);
    Certificate made{directory / (name + ".pem"), directory / (name + ".key")};
    require(PEM_write_X509(open_file(made.certificate_file, 0644).get(), certificate.get()) == 1, "its file");
    require(PEM_write_PrivateKey(open_file(made.key_file, 0600).get(), key.get(), nullptr, nullptr, 0,
                                 nullptr, nullptr) == 1,
            "the key's file");
    return made;
}

}  // namespace causeway::test
