// STOMP in WebSocket messages, or in SockJS frames in WebSocket messages; compressed ones where asked for.
#pragma once

#include "tools/bench/carrier.hpp"
#include "tools/bench/websocket_text.hpp"

namespace causeway::bench {

class WebSocketCarrier final : public Carrier {
public:
    using Carrier::Carrier;
    void start() override;
    void send(std::string_view frame) override;
    void on_bytes(Lane lane, std::string_view bytes) override;

private:
    [[nodiscard]] bool is_sockjs() const { return parts_.options.wire == Wire::kSockJsWebSocket; }
    [[nodiscard]] bool take_upgrade(std::string_view& bytes);
    void take_frames(std::string_view& bytes);
    void on_frame(const WebsocketFrame& frame);
    void on_data(const WebsocketFrame& frame);
    void on_message(std::string_view payload, bool packed);
    void on_sockjs(std::string_view frame);

    bool upgraded_ = false;
    bool packed_ = false;    // the message under way
    std::string in_;         // a frame that is not complete
    std::string fragments_;  // a message that is not
};

}  // namespace causeway::bench
