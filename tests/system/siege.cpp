#include "tests/system/siege.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include "tests/system/party.hpp"

namespace causeway::test {

namespace {

// VmHWM: the most that it ever had in memory. Forgotten up to now where the kernel lets us.
std::uint64_t peak_of(const Process& process) {
    std::ifstream status("/proc/" + std::to_string(process.pid()) + "/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("VmHWM:")) return std::stoull(line.substr(6)) * 1024;
    throw std::runtime_error("no VmHWM of the broker: has it ended?\n" + process.output());
}

std::uint64_t forget_peak(const Process& process) {
    std::ofstream("/proc/" + std::to_string(process.pid()) + "/clear_refs") << "5";
    return peak_of(process);
}

ProcessStats stats_once_it_sings(const BrokerProcess& broker, const Canary& canary) {
    if (!canary.sings()) throw std::runtime_error("the canary is silent before the attack\n" + broker.log());
    return broker.process().stats();
}

std::uint16_t tls_port_of(BrokerProcess& broker) {
    const std::string line = broker.process().wait_for_line(" tls=");
    return static_cast<std::uint16_t>(std::stoul(line.substr(line.find(" tls=127.0.0.1:") + 15)));
}

}  // namespace

bool is_long() { return std::getenv("CAUSEWAY_LONG") != nullptr; }

BrokerProcess::Options open_to_strangers(const std::vector<std::string>& set) {
    auto options = unhurried();
    options.set.push_back("limits.connections_per_address=0");
    options.set.insert(options.set.end(), set.begin(), set.end());
    return options;
}

BrokerProcess::Options Siege::with_tls(BrokerProcess::Options options, Tls tls) {
    if (tls == Tls::kOff) return options;
    certificate_ = make_certificate(directory_.path(), "shown", "a.test");
    options.set.push_back("listen.tls=127.0.0.1:0");
    options.set.push_back("tls.certificate_files=" + certificate_.certificate_file.string());
    options.set.push_back("tls.key_files=" + certificate_.key_file.string());
    return options;
}

Siege::Siege(BrokerProcess::Options options, Tls tls)
    : broker(with_tls(std::move(options), tls)),
      canary(broker),
      before(stats_once_it_sings(broker, canary)),
      peak_before_(forget_peak(broker.process())) {
    if (tls == Tls::kOn) tls_port_ = tls_port_of(broker);
}

std::uint64_t Siege::growth() const {
    if (sanitized(broker)) return 0;
    const std::uint64_t peak = peak_of(broker.process());
    return peak > peak_before_ ? peak - peak_before_ : 0;
}

std::size_t Siege::log_lines() const {
    const std::string log = broker.log();
    return static_cast<std::size_t>(std::count(log.begin(), log.end(), '\n'));
}

bool Siege::lets_go() const {
    return eventually([this] { return broker.process().stats().descriptors <= before.descriptors; });
}

void Siege::reloads() {
    const auto read_again = [this] {
        const std::string log = broker.log();
        std::size_t count = 0;
        for (auto at = log.find("read again"); at != std::string::npos; at = log.find("read again", at + 1))
            ++count;
        return count;
    };
    const std::size_t had = read_again();
    broker.process().signal(SIGHUP);
    if (!eventually([&] { return read_again() > had; }))
        throw std::runtime_error("the certificates were not read again:\n" + broker.log());
}

std::string Siege::outcome() {
    if (!canary.sings()) return "the canary is silent; " + canary.stop() + "\n" + broker.log();
    if (std::string fault = canary.stop(); !fault.empty()) return "the canary " + fault;
    if (!broker.process().running()) return "the broker has ended:\n" + broker.log();
    // The canary's own two are still open, as they were before.
    return lets_go() ? ""
                     : "descriptors are left: " + std::to_string(broker.process().stats().descriptors) +
                           " where " + std::to_string(before.descriptors) + " were before";
}

Socket connect_from(int host, std::uint16_t port, int receive_buffer_bytes) {
    Socket made(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(0x7f000000U + static_cast<std::uint32_t>(host));
    if (receive_buffer_bytes > 0)
        (void)::setsockopt(made.descriptor(), SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes,
                           sizeof receive_buffer_bytes);
    if (::bind(made.descriptor(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        throw SocketError(std::string("bind: ") + std::strerror(errno));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    // Blocking: a loopback listener answers, or its backlog is full and the kernel tries again.
    if (::connect(made.descriptor(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        throw SocketError(std::string("connect: ") + std::strerror(errno));
    (void)::fcntl(made.descriptor(), F_SETFL, O_NONBLOCK);
    const int on = 1;
    (void)::setsockopt(made.descriptor(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return made;
}

Socket upgraded(std::uint16_t port) {
    Socket socket = Socket::connect(port);
    socket.send(upgrade_request());
    const auto answer = socket.receive();
    if (!answer || !answer->starts_with("HTTP/1.1 101"))
        throw SocketError("not upgraded: " + answer.value_or(""));
    return socket;
}

std::size_t ended(std::vector<Socket>& sockets) {
    std::size_t count = 0;
    for (auto& socket : sockets) {
        if (socket.descriptor() >= 0) {
            std::optional<std::string> bytes;
            while ((bytes = socket.receive(std::chrono::milliseconds(0))) && !bytes->empty()) {
            }
            if (!bytes) continue;
            socket.close();
        }
        ++count;
    }
    return count;
}

std::size_t allow_descriptors(std::size_t count) {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = std::min(limit.rlim_max, std::max<rlim_t>(limit.rlim_cur, count));
    ::setrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur;
}

std::string frame_head(unsigned first, std::uint64_t length) {
    std::string head(1, static_cast<char>(first));
    head += static_cast<char>(0x80U | 127U);
    for (int shift = 56; shift >= 0; shift -= 8) head += static_cast<char>((length >> shift) & 0xffU);
    return head + std::string(4, '\0');  // a mask that changes nothing
}

std::string masked(unsigned first, std::string_view payload) {
    std::string head(1, static_cast<char>(first));
    if (payload.size() > 0xffff) return frame_head(first, payload.size()).append(payload);
    if (payload.size() < 126) {
        head += static_cast<char>(0x80U | payload.size());
    } else {
        head += '\xfe';
        head += static_cast<char>(payload.size() >> 8U);
        head += static_cast<char>(payload.size() & 0xffU);
    }
    return (head + std::string(4, '\0')).append(payload);
}

std::string upgrade_request(const std::string& more_lines) {
    return "GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
           more_lines + "\r\n";
}

}  // namespace causeway::test
