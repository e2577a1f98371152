// The real admin API over a fake broker, on a loopback port of the kernel's choice, with just enough HTTP
// for causewayctl: one request for each connection.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>
#include <string>
#include <thread>

#include "tests/admin/fake_broker.hpp"

namespace causeway::ctl {

class AdminServer {
public:
    AdminServer()
        : api_(broker, broker.store, broker.clock, admin::options_with_token()),
          listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t length = sizeof address;
        auto* raw = reinterpret_cast<sockaddr*>(&address);
        if (bind(listener_, raw, length) != 0 || listen(listener_, 16) != 0 ||
            getsockname(listener_, raw, &length) != 0)
            throw std::runtime_error("no loopback port for the test");
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this] { serve(); });
    }
    ~AdminServer() {
        shutdown(listener_, SHUT_RDWR);  // wakes accept()
        thread_.join();
        close(listener_);
    }
    AdminServer(const AdminServer&) = delete;
    AdminServer& operator=(const AdminServer&) = delete;

    [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

    admin::FakeBroker broker;      // touch it only between commands
    std::string canned;            // when set: the whole answer, instead of the API's
    std::vector<std::string> log;  // "GET /path?query"

private:
    void serve() {
        while (true) {
            const int peer = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
            if (peer < 0) return;
            answer(peer);
            close(peer);
        }
    }
    void answer(int peer) {
        net::HttpHeadParser parser;
        std::string bytes;
        char block[4096];
        while (true) {
            const ssize_t count = read(peer, block, sizeof block);
            if (count <= 0) return;
            bytes.append(block, static_cast<std::size_t>(count));
            auto parsed = parser.parse(bytes);
            if (auto* head = std::get_if<net::HttpHead>(&parsed))
                return answer(peer, *head, bytes.substr(head->size));
        }
    }
    void answer(int peer, const net::HttpHead& head, std::string body) {
        char block[4096];
        while (body.size() < head.content_length.value_or(0)) {
            const ssize_t count = read(peer, block, sizeof block);
            if (count <= 0) return;
            body.append(block, static_cast<std::size_t>(count));
        }
        log.push_back(head.method + " " + head.target);
        std::string out = canned;
        if (out.empty()) {
            const auto response =
                api_.handle(admin::make_request(head, std::move(body), "127.0.0.1").value());
            out = "HTTP/1.1 " + std::to_string(response.status) +
                  " x\r\nContent-Type: " + response.content_type +
                  "\r\nContent-Length: " + std::to_string(response.body.size()) +
                  "\r\nConnection: close\r\n\r\n" + response.body;
        }
        for (std::size_t sent = 0; sent < out.size();) {
            const ssize_t count = send(peer, out.data() + sent, out.size() - sent, MSG_NOSIGNAL);
            if (count <= 0) return;
            sent += static_cast<std::size_t>(count);
        }
    }

    admin::Api api_;
    int listener_;
    int port_ = 0;
    std::thread thread_;
};

}  // namespace causeway::ctl
