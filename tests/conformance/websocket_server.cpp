#include "tests/conformance/websocket_server.hpp"

#include <functional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "broker/base/mailbox.hpp"
#include "broker/net/connection.hpp"
#include "broker/net/http_head.hpp"
#include "broker/net/http_response.hpp"
#include "broker/net/websocket_codec.hpp"
#include "broker/net/websocket_frame.hpp"
#include "broker/net/websocket_handshake.hpp"

namespace causeway::test {

namespace {

constexpr std::size_t kMaxMessage = 16 << 20;
constexpr Milliseconds kLinger{1000};

// The upgrade, and then what every message does: come back.
class Echo final : public net::Protocol, private net::WebSocketCodec::Events {
public:
    Echo(net::Connection& connection, net::WebSocketEndpoint& endpoint)
        : connection_(connection), codec_(endpoint, *this, kMaxMessage) {}

private:
    // Protocol
    void on_bytes(std::string_view bytes) override {
        if (opened_) return codec_.receive(bytes, connection_.loop().now());
        received_.append(bytes);
        const net::HttpParsed parsed = parser_.parse(received_);
        if (const auto* const refusal = std::get_if<net::HttpRefusal>(&parsed)) return refuse(*refusal);
        if (const auto* const head = std::get_if<net::HttpHead>(&parsed)) upgrade(*head);
    }
    void on_deadline(Monotonic) override { connection_.abort(); }
    void on_slow() override { connection_.abort(); }
    void on_gone(Gone) override {}

    void upgrade(const net::HttpHead& head) {
        const auto request = net::read_upgrade(head);
        if (const auto* const refusal = std::get_if<net::HttpRefusal>(&request)) return refuse(*refusal);
        opened_ = true;
        if (!codec_.open(std::get<net::UpgradeRequest>(request))) return;
        codec_.receive(std::string_view(received_).substr(head.size), connection_.loop().now());
        received_.clear();
    }
    void refuse(const net::HttpRefusal& refusal) {
        connection_.send(net::whole_response(net::response_of(refusal), "GET"));
        connection_.finish(kLinger);
    }

    // WebSocketCodec::Events
    void on_open(std::string_view) override {}
    void on_message(std::string_view payload, bool binary) override {
        const net::FrameHeader header(binary ? net::Opcode::kBinary : net::Opcode::kText, payload.size());
        connection_.send(codec_.as_agreed(net::FrameRef::make(header.bytes(), payload)));
    }
    void on_pong(std::string_view) override {}
    void on_output(std::string_view bytes) override { connection_.send_last(net::FrameRef::make({}, bytes)); }
    void on_closed(int) override { connection_.finish(kLinger); }

    net::Connection& connection_;
    net::WebSocketCodec codec_;
    net::HttpHeadParser parser_;
    std::string received_;
    bool opened_ = false;
};

}  // namespace

class WebSocketServer::Loop {
public:
    explicit Loop(const Clock& clock)
        : loop_(clock),
          mailbox_([this] { loop_.wake(); }),
          connections_(loop_, {4 * kMaxMessage, Milliseconds{10'000}}),
          endpoint_([](const auto&) { return std::string(); }, net::Compression::kOn) {
        loop_.on_mail([this] {
            mailbox_.take_all(letters_);
            for (const auto& letter : letters_) letter();
        });
        loop_.on_turn_end([this] { connections_.flush_dirty(); });
        thread_ = std::thread([this] { loop_.run(); });
    }
    ~Loop() {
        mailbox_.post([this] {
            connections_.abort_all();
            loop_.stop();
        });
        thread_.join();
    }
    void adopt(int fd, std::string peer) {
        mailbox_.post([this, fd, peer = std::move(peer)] {
            net::Connection& connection = connections_.adopt(fd, peer);
            connection.set_protocol(std::make_unique<Echo>(connection, endpoint_));
        });
    }

private:
    net::EventLoop loop_;
    Mailbox<std::function<void()>> mailbox_;
    net::ConnectionSet connections_;
    net::WebSocketEndpoint endpoint_;
    std::vector<std::function<void()>> letters_;
    std::thread thread_;
};

WebSocketServer::WebSocketServer(std::uint16_t port) : loop_(std::make_unique<Loop>(clock_)) {
    listener_ = std::make_unique<net::Listener>(
        io_, "127.0.0.1:" + std::to_string(port),
        [this](int fd, std::string peer) { loop_->adopt(fd, std::move(peer)); },
        [](const std::string&, std::chrono::milliseconds) {});
    const std::string address = listener_->address();
    port_ = static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)));
    accepting_ = std::thread([this] { io_.run(); });
}

WebSocketServer::~WebSocketServer() {
    io_.stop();
    accepting_.join();
    listener_.reset();
    loop_.reset();
}

}  // namespace causeway::test
