#include "tests/system/tls_visitor.hpp"

#include <sys/socket.h>

#include "tests/support/token.hpp"
#include "tests/system/siege.hpp"

namespace causeway::test {

TlsVisitor::TlsVisitor(std::uint16_t port, const TlsPeer::Options& options, int receive_buffer_bytes)
    : socket_(Socket::connect(port, receive_buffer_bytes)), tls_(options) {
    while (!tls_.established() && !tls_.failed()) {
        socket_.send(tls_.sealed());
        const auto sealed = socket_.receive();
        if (!sealed || sealed->empty()) return;
        (void)tls_.gets(*sealed);
    }
    until_refused([&] { socket_.send(tls_.sealed()); });
}

void TlsVisitor::says(std::string_view octets) {
    tls_.says(octets);
    socket_.send(tls_.sealed());
}

std::string TlsVisitor::hears(std::string_view end, std::chrono::milliseconds patience) {
    std::string heard;
    while (heard.find(end) == std::string::npos) {
        const auto sealed = socket_.receive(patience);
        if (!sealed || sealed->empty()) return heard;
        heard += tls_.gets(*sealed);
    }
    return heard;
}

std::string TlsVisitor::reads(std::size_t octets) {
    std::string sealed(octets, '\0');
    const ssize_t count = ::recv(socket_.descriptor(), sealed.data(), sealed.size(), MSG_DONTWAIT);
    if (count <= 0) return {};
    return tls_.gets(std::string_view(sealed).substr(0, static_cast<std::size_t>(count)));
}

bool TlsVisitor::sees_end() {
    while (const auto sealed = socket_.receive())
        if (sealed->empty()) return true;
    return false;
}

void TlsVisitor::logs_in(const std::string& user) {
    says(upgrade_request("Sec-WebSocket-Protocol: v12.stomp\r\n"));
    if (hears("\r\n\r\n").find("101") == std::string::npos) throw SocketError("not upgraded");
    says_stomp("CONNECT\naccept-version:1.2\nhost:x\npasscode:" + token_for(user) + "\non-denied:notify");
    if (hears("CONNECTED").empty()) throw SocketError("not logged in");
}

void TlsVisitor::says_stomp(const std::string& head, std::string_view body) {
    says(masked(0x81, (head + "\n\n").append(body) + std::string(1, '\0')));
}

}  // namespace causeway::test
