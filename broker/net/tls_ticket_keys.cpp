#include "broker/net/tls_ticket_keys.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>

#include <cstring>
#include <exception>
#include <stdexcept>

namespace causeway::net {

namespace {

void fill(unsigned char* octets, std::size_t count) {
    if (RAND_bytes(octets, static_cast<int>(count)) != 1)
        throw std::runtime_error("no random octets for TLS tickets");
}

TlsTicketKeys::Key fresh() {
    TlsTicketKeys::Key key{};
    fill(key.name.data(), key.name.size());
    fill(key.cipher.data(), key.cipher.size());
    fill(key.mac.data(), key.mac.size());
    return key;
}

void wipe(TlsTicketKeys::Key& key) { OPENSSL_cleanse(&key, sizeof key); }

bool begin_mac(EVP_MAC_CTX* mac, TlsTicketKeys::Key& key) {
    char digest[] = "SHA256";
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, key.mac.data(), key.mac.size()),
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0), OSSL_PARAM_construct_end()};
    return EVP_MAC_CTX_set_params(mac, parameters) == 1;
}

// What OpenSSL wants to hear: SSL_CTX_set_tlsext_ticket_key_evp_cb(3).
constexpr int kFailed = -1;
constexpr int kUnknown = 0;
constexpr int kGood = 1;
constexpr int kRenew = 2;

int seal(TlsTicketKeys& keys, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
         EVP_MAC_CTX* mac) {
    TlsTicketKeys::Key key = keys.current();
    std::memcpy(name, key.name.data(), key.name.size());
    const bool ready = RAND_bytes(iv, EVP_CIPHER_get_iv_length(EVP_aes_256_cbc())) == 1 &&
                       EVP_EncryptInit_ex(cipher, EVP_aes_256_cbc(), nullptr, key.cipher.data(), iv) == 1 &&
                       begin_mac(mac, key);
    wipe(key);
    return ready ? kGood : kFailed;
}

struct Ticket {
    const unsigned char* name;
    const unsigned char* iv;
    bool once;  // each is used for one connection: RFC 8446, C.4
};

int open(TlsTicketKeys& keys, const Ticket& ticket, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac) {
    auto found = keys.find(ticket.name);
    if (!found) return kUnknown;
    const bool ready =
        EVP_DecryptInit_ex(cipher, EVP_aes_256_cbc(), nullptr, found->key.cipher.data(), ticket.iv) == 1 &&
        begin_mac(mac, found->key);
    wipe(found->key);
    if (!ready) return kFailed;
    return found->current && !ticket.once ? kGood : kRenew;
}

// Nothing may be thrown through OpenSSL.
int on_ticket(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac,
              int sealing) try {
    auto& keys = *static_cast<TlsTicketKeys*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
    if (sealing == 1) return seal(keys, name, iv, cipher, mac);
    return open(keys, {name, iv, SSL_version(ssl) >= TLS1_3_VERSION}, cipher, mac);
} catch (const std::exception&) {
    return kFailed;
}

}  // namespace

TlsTicketKeys::TlsTicketKeys(const Clock& clock)
    : clock_(clock), made_at_(clock.monotonic()), current_(fresh()) {}

TlsTicketKeys::~TlsTicketKeys() {
    wipe(current_);
    if (previous_) wipe(*previous_);
}

void TlsTicketKeys::serve(ssl_ctx_st* context) {
    SSL_CTX_set_app_data(context, this);
    SSL_CTX_set_tlsext_ticket_key_evp_cb(context, on_ticket);
}

// Whoever came late does not make the old key live longer: two periods after it was made it opens nothing.
void TlsTicketKeys::rotate() {
    const auto age = clock_.monotonic() - made_at_;
    if (age < kPeriod) return;
    if (previous_) wipe(*previous_);
    previous_.reset();
    Key next = fresh();
    const bool in_time = age < 2 * kPeriod;
    if (in_time) previous_ = current_;
    wipe(current_);
    current_ = next;
    wipe(next);
    made_at_ = in_time ? made_at_ + kPeriod : clock_.monotonic();
}

void TlsTicketKeys::look() {
    const std::lock_guard lock(mutex_);
    rotate();
}

TlsTicketKeys::Key TlsTicketKeys::current() {
    const std::lock_guard lock(mutex_);
    rotate();
    return current_;
}

std::optional<TlsTicketKeys::Found> TlsTicketKeys::find(const unsigned char* name) {
    const std::lock_guard lock(mutex_);
    rotate();
    const auto is = [name](const Key& key) {
        return std::memcmp(key.name.data(), name, key.name.size()) == 0;
    };
    if (is(current_)) return Found{current_, true};
    if (previous_ && is(*previous_)) return Found{*previous_, false};
    return std::nullopt;
}

}  // namespace causeway::net
