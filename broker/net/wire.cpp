#include "broker/base/utf8.hpp"
#include "broker/net/sockjs.hpp"
#include "broker/net/transport.hpp"
#include "broker/net/websocket_frame.hpp"

namespace causeway::net {

namespace {

FrameRef websocket_frame(Opcode opcode, std::string_view payload) {
    return FrameRef::make(FrameHeader(opcode, payload.size()).bytes(), payload);
}

}  // namespace

FrameRef wrap_sockjs_text(std::string_view sockjs_frame) { return websocket_frame(Opcode::kText, sockjs_frame); }

FrameRef wrap(Wire wire, std::string_view stomp_frame) {
    switch (wire) {
        case Wire::kWebSocket:
            return websocket_frame(is_valid_utf8(stomp_frame) ? Opcode::kText : Opcode::kBinary, stomp_frame);
        case Wire::kTcp:
            return FrameRef::make({}, stomp_frame);
        case Wire::kSockJsWebSocket:
        case Wire::kSockJsHttp: break;
    }
    // STOMP's heart-beat, too: what SockJS's own `h` is for, the client's STOMP library never sees.
    std::string framed;
    sockjs::append_message_frame(framed, stomp_frame);
    return wire == Wire::kSockJsHttp ? FrameRef::make({}, framed) : wrap_sockjs_text(framed);
}

}  // namespace causeway::net
