// A client whose network is gone without a word. In a network namespace of the test's own, where the address
// of a client can vanish: no packet reaches it any more, and nobody refuses one in its name.
#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <exception>
#include <optional>
#include <thread>

#include "tests/system/party.hpp"
#include "tests/system/siege.hpp"

using namespace causeway::test;
using namespace std::chrono_literals;

namespace {

constexpr std::uint32_t kAway = 0x0a4d0002;  // 10.77.0.2

sockaddr_in address_of(std::uint32_t host, std::uint16_t port = 0) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(host);
    address.sin_port = htons(port);
    return address;
}

// What `ip address` and `ip link` do, without needing them.
void configure(const char* interface, unsigned long request, const ifreq& wanted) {
    ifreq with = wanted;
    std::strncpy(with.ifr_name, interface, IFNAMSIZ - 1);
    const int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const int result = ::ioctl(socket, request, &with);
    const int error = errno;
    ::close(socket);
    if (result != 0) throw std::runtime_error(std::string(interface) + ": " + std::strerror(error));
}

void set_up(const char* interface, bool up) {
    ifreq flags{};
    flags.ifr_flags = up ? IFF_UP | IFF_RUNNING : 0;
    configure(interface, SIOCSIFFLAGS, flags);
}

void give_address(const char* interface, std::uint32_t host) {
    ifreq wanted{};
    const sockaddr_in address = address_of(host);
    std::memcpy(&wanted.ifr_addr, &address, sizeof address);
    configure(interface, SIOCSIFADDR, wanted);
    const sockaddr_in mask = address_of(0xffffffff);
    std::memcpy(&wanted.ifr_netmask, &mask, sizeof mask);
    configure(interface, SIOCSIFNETMASK, wanted);
}

// Runs `body` on a thread in a new network namespace, with a loopback and the address kAway on it. Says why
// if that cannot be had here.
template <typename Body>
std::optional<std::string> in_network_of_its_own(Body body) {
    std::optional<std::string> why_not;
    std::exception_ptr failed;
    std::thread([&] {
        if (::unshare(CLONE_NEWNET) != 0) {
            why_not = std::string("no network namespace: ") + std::strerror(errno);
            return;
        }
        try {
            set_up("lo", true);
            give_address("lo:1", kAway);
        } catch (const std::exception& error) {
            why_not = error.what();
            return;
        }
        try {
            body();
        } catch (...) {
            failed = std::current_exception();
        }
    }).join();
    if (failed) std::rethrow_exception(failed);
    return why_not;
}

void address_vanishes() { set_up("lo:1", false); }

// A WebSocket from there, told by octets: the client's sockets of the fixtures are on 127.0.0.1.
class Traveller {
public:
    Traveller(const Siege& siege, const std::string& user, const std::string& device)
        : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        const sockaddr_in here = address_of(kAway);
        const sockaddr_in there = address_of(INADDR_LOOPBACK, siege.port());
        if (::bind(socket_.descriptor(), reinterpret_cast<const sockaddr*>(&here), sizeof here) != 0 ||
            ::connect(socket_.descriptor(), reinterpret_cast<const sockaddr*>(&there), sizeof there) != 0)
            throw SocketError(std::string("from 10.77.0.2: ") + std::strerror(errno));
        socket_.send(upgrade_request());
        expects("\r\n\r\n");
        says("CONNECT\naccept-version:1.2\nhost:x\ndeviceId:" + device + "\npasscode:" + token_for(user));
        expects("CONNECTED");
    }
    void subscribes(const std::string& destination) {
        says("SUBSCRIBE\nid:1\nreceipt:r\ndestination:" + destination);
        expects("receipt-id:r");
    }

private:
    void says(const std::string& head) { socket_.send(masked(0x81, head + "\n\n" + std::string(1, '\0'))); }
    void expects(const std::string& what) {
        std::string heard;
        while (heard.find(what) == std::string::npos) {
            const auto more = socket_.receive();
            if (!more || more->empty()) throw SocketError("no " + what + " but " + heard);
            heard += *more;
        }
    }
    Socket socket_;
};

}  // namespace

TEST_CASE("a client whose network is gone is missed by its pings; its device loses nothing") {
    const auto why_not = in_network_of_its_own([] {
        Siege siege(
            open_to_strangers({"heartbeat.interval=500ms", "heartbeat.tolerance=1", "heartbeat.floor=500ms",
                               "heartbeat.ping_timeout=500ms", "limits.outgoing_age=1s"}));
        Traveller alice(siege, "alice", "phone");
        alice.subscribes("/user/queue/private-messages");
        Traveller idle(siege, "carol", "phone");
        address_vanishes();

        constexpr int kMessages = 20;
        StompClient bob = enters(siege.broker, {"bob"});
        for (int i = 0; i < kMessages; ++i)
            CHECK(bob.sends_and_waits("/app/private-message", private_message("alice", std::to_string(i)))
                      .command == "RECEIPT");
        bob.vanishes();  // before he, too, is missed: he reads only when asked
        CHECK(siege.lets_go());
        CHECK(siege.broker.metric("causeway_connections_closed_total{reason=\"heartbeat\"}") +
                  siege.broker.metric("causeway_connections_closed_total{reason=\"slow_consumer\"}") ==
              2);

        StompClient again = enters(siege.broker, {"alice", {{"deviceId", "phone"}}});
        CHECK(again.subscribes("/user/queue/private-messages").header("recovered") == "true");
        for (int i = 0; i < kMessages; ++i) CHECK(said(again.sees().value()) == std::to_string(i));
        again.vanishes();
        CHECK(siege.outcome() == "");
    });
    if (why_not) MESSAGE("left out: " << *why_not);
}
