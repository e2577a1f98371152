#include "broker/net/tls_stream.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>
#include <new>

namespace causeway::net {

// OpenSSL's view of the octets of one call.
struct TlsIo {
    static int read(BIO* bio, char* to, int size) {
        BIO_clear_retry_flags(bio);
        auto& stream = *static_cast<TlsStream*>(BIO_get_data(bio));
        if (stream.in_.empty()) {
            BIO_set_retry_read(bio);
            return -1;
        }
        const std::size_t count = std::min(stream.in_.size(), static_cast<std::size_t>(size));
        std::memcpy(to, stream.in_.data(), count);
        stream.in_.remove_prefix(count);
        return static_cast<int>(count);
    }
    static int write(BIO* bio, const char* from, int size) {
        BIO_clear_retry_flags(bio);
        auto& stream = *static_cast<TlsStream*>(BIO_get_data(bio));
        assert(stream.out_ != nullptr);
        stream.out_->append(from, static_cast<std::size_t>(size));
        return size;
    }
    static long control(BIO* /*bio*/, int command, long /*number*/, void* /*pointer*/) {
        return command == BIO_CTRL_FLUSH ? 1 : 0;
    }
    static BIO_METHOD* method() {
        static BIO_METHOD* const made = [] {
            BIO_METHOD* const fresh = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "causeway");
            if (fresh == nullptr) throw std::bad_alloc();
            BIO_meth_set_read(fresh, read);
            BIO_meth_set_write(fresh, write);
            BIO_meth_set_ctrl(fresh, control);
            return fresh;
        }();
        return made;
    }
};

namespace {

// OpenSSL's error queue is the thread's: what one connection leaves there would be read as another's.
TlsStream::State state_after(const SSL* ssl, int result) {
    const int error = SSL_get_error(ssl, result);
    ERR_clear_error();
    switch (error) {
        case SSL_ERROR_NONE:
        case SSL_ERROR_WANT_READ:
        case SSL_ERROR_WANT_WRITE:
            return TlsStream::State::kOpen;
        case SSL_ERROR_ZERO_RETURN:
            return TlsStream::State::kClosed;
        default:
            return TlsStream::State::kBroken;
    }
}

}  // namespace

void TlsStream::Free::operator()(ssl_st* ssl) const { SSL_free(ssl); }

TlsStream::TlsStream(ssl_st* ssl, std::shared_ptr<const void> context)
    : context_(std::move(context)), ssl_(ssl) {
    BIO* const bio = BIO_new(TlsIo::method());
    if (bio == nullptr) throw std::bad_alloc();
    BIO_set_data(bio, this);
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl, bio, bio);
    SSL_set_accept_state(ssl);
    SSL_set_app_data(ssl, this);
}

TlsStream::~TlsStream() = default;

// OpenSSL itself goes along with as many of these as come.
void TlsStream::watch_messages() {
    const auto on_message = [](int writing, int /*version*/, int type, const void* data, std::size_t size,
                               SSL* /*ssl*/, void* seen) {
        if (writing != 0 || type != SSL3_RT_HANDSHAKE || size == 0) return;
        const auto message = *static_cast<const unsigned char*>(data);  // RFC 8446, 4: HandshakeType
        if (message == SSL3_MT_KEY_UPDATE) ++static_cast<Seen*>(seen)->key_updates;
        if (message == SSL3_MT_CLIENT_HELLO) ++static_cast<Seen*>(seen)->hellos;
    };
    SSL_set_msg_callback(ssl_.get(), on_message);
    SSL_set_msg_callback_arg(ssl_.get(), &seen_);
}

bool TlsStream::established() const { return SSL_is_init_finished(ssl_.get()) == 1; }

TlsStream::State TlsStream::receive(std::string_view sealed,
                                    const std::function<void(std::string_view)>& on_plain, std::string& out) {
    static thread_local std::array<char, 16 * 1024> plain;
    in_ = sealed;
    out_ = &out;
    State state = State::kOpen;
    while (true) {
        const int count = SSL_read(ssl_.get(), plain.data(), static_cast<int>(plain.size()));
        if (count <= 0) {
            state = state_after(ssl_.get(), count);
            break;
        }
        on_plain({plain.data(), static_cast<std::size_t>(count)});
        if (demands_too_much()) break;
    }
    out_ = nullptr;
    in_ = {};
    return demands_too_much() ? State::kBroken : state;
}

TlsStream::State TlsStream::seal(std::string_view plain, std::string& out) {
    out_ = &out;
    const int count = SSL_write(ssl_.get(), plain.data(), static_cast<int>(plain.size()));
    const State state = count > 0 ? State::kOpen : State::kBroken;
    if (count <= 0) ERR_clear_error();
    out_ = nullptr;
    return state;
}

void TlsStream::shut(std::string& out) {
    out_ = &out;
    if (established()) (void)SSL_shutdown(ssl_.get());
    ERR_clear_error();
    out_ = nullptr;
}

}  // namespace causeway::net
