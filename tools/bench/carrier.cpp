#include "tools/bench/carrier.hpp"

#include "tools/bench/sockjs_http_carrier.hpp"
#include "tools/bench/websocket_carrier.hpp"

namespace causeway::bench {

namespace {

// STOMP and nothing else.
class TcpCarrier final : public Carrier {
public:
    using Carrier::Carrier;
    void start() override { port_.on_open(); }
    void send(std::string_view frame) override { port_.out(Lane::kMain) += frame; }
    void on_bytes(Lane, std::string_view bytes) override { port_.on_text(bytes); }
};

}  // namespace

std::uint32_t CarrierParts::next_random() {
    random = random * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<std::uint32_t>(random >> 32);
}

std::unique_ptr<Carrier> make_carrier(CarrierParts& parts, Port& port) {
    switch (parts.options.wire) {
        case Wire::kWebSocket:
        case Wire::kSockJsWebSocket:
            return std::make_unique<WebSocketCarrier>(parts, port);
        case Wire::kXhrStreaming:
        case Wire::kXhr:
        case Wire::kEventSource:
            return std::make_unique<SockJsHttpCarrier>(parts, port);
        case Wire::kTcp:
            break;
    }
    return std::make_unique<TcpCarrier>(parts, port);
}

}  // namespace causeway::bench
