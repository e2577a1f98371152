#include "tests/tools/mini_broker.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "tools/bench/stomp_text.hpp"
#include "tools/bench/websocket_text.hpp"

namespace causeway::bench {

namespace {

void write_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t count = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count <= 0) return;
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
}

std::string in_frame(std::string_view text) {
    std::string out = "\x81";
    if (text.size() < 126)
        out += static_cast<char>(text.size());
    else
        ((out += '\x7e') += static_cast<char>(text.size() >> 8)) += static_cast<char>(text.size() & 0xff);
    return out += text;
}

// The payload of the masked frame at the front, taken off; false when it is not whole.
bool take_frame(std::string& bytes, std::string& payload) {
    if (bytes.size() < 6) return false;
    std::size_t size = static_cast<unsigned char>(bytes[1]) & 0x7f;
    std::size_t head = 2;
    if (size == 126) {
        head = 4;
        size = static_cast<std::size_t>(static_cast<unsigned char>(bytes[2])) << 8 |
               static_cast<unsigned char>(bytes[3]);
    }
    if (bytes.size() < head + 4 + size) return false;
    payload.clear();
    for (std::size_t i = 0; i < size; ++i)
        payload += static_cast<char>(bytes[head + 4 + i] ^ bytes[head + i % 4]);
    bytes.erase(0, head + 4 + size);
    return true;
}

}  // namespace

MiniBroker::MiniBroker(Fault fault)
    : fault_(fault), listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
        listen(listener_, 64) != 0 || pipe(stop_) != 0)
        throw std::runtime_error("no loopback port for the test");
    thread_ = std::thread([this] { serve(); });
}

MiniBroker::~MiniBroker() {
    close(stop_[1]);
    thread_.join();
    close(stop_[0]);
    close(listener_);
    for (const Peer& peer : peers_) close(peer.fd);
}

std::string MiniBroker::url() const {
    sockaddr_in address{};
    socklen_t length = sizeof address;
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length);
    return "ws://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/ws";
}

void MiniBroker::serve() {
    while (true) {
        std::vector<pollfd> polled{{stop_[0], POLLIN, 0}, {listener_, POLLIN, 0}};
        for (const Peer& peer : peers_) polled.push_back({peer.fd, POLLIN, 0});
        if (poll(polled.data(), polled.size(), -1) < 0 || polled[0].revents != 0) return;
        const std::size_t peers = peers_.size();
        if (polled[1].revents != 0) accept_one();
        for (std::size_t i = peers; i-- > 0;) {
            if (polled[i + 2].revents == 0 || read_from(peers_[i])) continue;
            close(peers_[i].fd);
            peers_.erase(peers_.begin() + static_cast<std::ptrdiff_t>(i));
        }
    }
}

void MiniBroker::accept_one() {
    Peer peer{};
    peer.fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (peer.fd >= 0) peers_.push_back(std::move(peer));
}

bool MiniBroker::read_from(Peer& peer) {
    char block[65536];
    const ssize_t count = recv(peer.fd, block, sizeof block, 0);
    if (count <= 0) return false;
    peer.in.append(block, static_cast<std::size_t>(count));
    return take(peer);
}

bool MiniBroker::take(Peer& peer) {
    if (!peer.upgraded) {
        const std::size_t end = peer.in.find("\r\n\r\n");
        if (end == std::string::npos) return true;
        const std::size_t key = peer.in.find("Sec-WebSocket-Key: ") + 19;
        write_all(peer.fd,
                  "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                  "Sec-WebSocket-Accept: " +
                      accept_for(peer.in.substr(key, peer.in.find('\r', key) - key)) + "\r\n\r\n");
        peer.in.erase(0, end + 4);
        peer.upgraded = true;
    }
    std::string payload;
    while (take_frame(peer.in, payload)) on_frame(peer, payload);
    return true;
}

void MiniBroker::on_frame(Peer& peer, std::string_view text) {
    FrameView frame;
    if (read_frame(text, frame) != ReadState::kFrame) return;
    if (frame.command == "CONNECT") {
        peer.user = frame.header("login");
        return write_all(peer.fd, in_frame(encode_frame("CONNECTED", {{"version", "1.2"}})));
    }
    if (frame.command == "SEND") on_send(frame.header("destination"), frame.body);
    if (frame.command == "SUBSCRIBE") {
        peer.destination = frame.header("destination");
        peer.credit = frame.header("prefetch-count").empty()
                          ? 1
                          : std::stoul(std::string(frame.header("prefetch-count")));
    }
    if (frame.command == "ACK") ++peer.credit;
    serve_queues();
    if (const auto receipt = frame.header("receipt"); !receipt.empty())
        write_all(peer.fd, in_frame(encode_frame("RECEIPT", {{"receipt-id", std::string(receipt)}})));
    if (frame.command == "SUBSCRIBE" && frame.header("resume-after") == "0")
        for (const auto& body : logs_[peer.user]) deliver(peer, body);
}

void MiniBroker::on_send(std::string_view destination, std::string_view body) {
    if (destination.starts_with("/queue/")) return void(queued_.emplace_back(destination, body));
    if (destination != "/app/private-message") {
        for (Peer& peer : peers_)
            if (peer.destination == destination) deliver(peer, body);
        return;
    }
    const auto receiver = nlohmann::json::parse(body).at("receiverId").get<std::string>();
    const std::string envelope = nlohmann::json{{"chat", {{"content", std::string(body)}}}}.dump();
    logs_[receiver].push_back(envelope);
    for (Peer& peer : peers_)
        if (peer.user == receiver && !peer.destination.empty()) deliver(peer, envelope);
}

// Each to the next consumer who has acknowledged enough.
void MiniBroker::serve_queues() {
    for (std::size_t waiting = queued_.size(); waiting > 0; --waiting) {
        auto [destination, body] = std::move(queued_.front());
        queued_.pop_front();
        Peer* taker = nullptr;
        for (std::size_t i = 0; i < peers_.size() && taker == nullptr; ++i) {
            Peer& next = peers_[++turn_ % peers_.size()];
            if (next.destination == destination && next.credit > 0) taker = &next;
        }
        if (taker == nullptr) {
            queued_.emplace_back(std::move(destination), std::move(body));
            continue;
        }
        --taker->credit;
        deliver(*taker, body, true);
    }
}

void MiniBroker::deliver(Peer& peer, std::string_view body, bool acknowledged) {
    std::string text(body);
    const bool suffers = ++deliveries_ % 10 == 0;
    if (suffers && fault_ == Fault::kDrop) return;
    if (suffers && fault_ == Fault::kDamage) text.back() = '!';
    FrameHeaders headers{{"subscription", "0"}};
    if (acknowledged) headers.emplace_back("ack", std::to_string(deliveries_));
    const std::string message = in_frame(encode_frame("MESSAGE", headers, text));
    if (suffers && fault_ == Fault::kSwap && peer.held.empty()) {
        peer.held = message;
        return;
    }
    write_all(peer.fd, message);
    if (suffers && fault_ == Fault::kRepeat) write_all(peer.fd, message);
    write_all(peer.fd, peer.held);
    peer.held.clear();
}

}  // namespace causeway::bench
