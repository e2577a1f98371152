// websocketpp as it is set up here: no sockets, no timers, no log, no extensions, and a CodecState in each of
// its connections. Included by websocket_codec.cpp alone. C++17: the library is no valid C++20.
#pragma once

#define _WEBSOCKETPP_CPP11_STL_
#include <algorithm>
#include <cassert>
#include <cstring>
#include <utility>
#include <websocketpp/concurrency/none.hpp>
#include <websocketpp/config/core.hpp>
#include <websocketpp/logger/stub.hpp>
#include <websocketpp/server.hpp>

#include "broker/net/frame_guard.hpp"
#include "broker/net/websocket_codec.hpp"

namespace causeway::net {

// Lives inside websocketpp's connection, which derives from it.
struct CodecState {
    enum class Phase : std::uint8_t { kHandshake, kOpen, kClosing, kClosed };

    WebSocketCodec::Events* events = nullptr;  // null once the codec is destroyed: then nothing is called
    FrameGuard guard{0};
    Phase phase = Phase::kHandshake;
    bool closed_by_us = false;
    bool deflate = false;  // negotiated
    bool broken = false;   // a callback or the library threw
};

namespace library {

struct TransportConfig : websocketpp::config::core::transport_config {
    using concurrency_type = websocketpp::concurrency::none;
    using elog_type = websocketpp::log::stub;
    using alog_type = websocketpp::log::stub;
    [[maybe_unused]] static const bool enable_multithreading = false;
};

// The iostream transport with its reading replaced: the library's own makes a stringstream for each read.
class ReadingConnection : public websocketpp::transport::iostream::connection<TransportConfig> {
public:
    using connection::connection;

    // How many of the octets were taken; 0 when the library reads no more.
    std::size_t read_some(const char* bytes, std::size_t size) {
        if (!handler_) return 0;
        const std::size_t step = std::min(size, room_);
        std::memcpy(buffer_, bytes, step);
        complete({}, step);
        return step;
    }

    void eof() {
        using websocketpp::transport::error::make_error_code;
        if (handler_) complete(make_error_code(websocketpp::transport::error::eof), 0);
    }

protected:
    // The library asks for one octet at least, always.
    void async_read_at_least(std::size_t least, char* buffer, std::size_t room,
                             websocketpp::transport::read_handler handler) {
        assert(least == 1 && room > 0 && !handler_);
        (void)least;
        buffer_ = buffer;
        room_ = room;
        handler_ = std::move(handler);
    }

private:
    // The handler asks for the next read.
    void complete(const websocketpp::lib::error_code& error, std::size_t octets) {
        const auto handler = std::exchange(handler_, nullptr);
        handler(error, octets);
    }

    websocketpp::transport::read_handler handler_;
    char* buffer_ = nullptr;
    std::size_t room_ = 0;
};

struct ReadingEndpoint : websocketpp::transport::iostream::endpoint<TransportConfig> {
    using transport_con_type = ReadingConnection;
};

struct Config : websocketpp::config::core {
    using type = Config;
    using concurrency_type = TransportConfig::concurrency_type;
    using elog_type = TransportConfig::elog_type;
    using alog_type = TransportConfig::alog_type;
    using connection_base = CodecState;
    using transport_config = TransportConfig;
    using transport_type = ReadingEndpoint;
    [[maybe_unused]] static const bool enable_multithreading = false;
    static const std::size_t connection_read_buffer_size = 256;
    // Our own timers.
    static const long timeout_open_handshake = 0;
    static const long timeout_close_handshake = 0;

    // Its `enabled` inflates without a limit. The frame guard keeps compressed messages from the library.
    using permessage_deflate_type =
        websocketpp::extensions::permessage_deflate::disabled<permessage_deflate_config>;
};

}  // namespace library

using Library = websocketpp::server<library::Config>;
using LibraryConnection = Library::connection_type;

}  // namespace causeway::net
