// websocketpp as it is set up here: its protocol layer alone (RFC 6455, section 5), which unmasks, validates
// and puts messages together. Its endpoint, connection, transport, HTTP and extensions stay out. Included by
// websocket_codec.cpp alone. C++17: the library is no valid C++20.
#pragma once

#define _WEBSOCKETPP_CPP11_STL_
#include <cstddef>
#include <memory>
#include <utility>
#include <websocketpp/close.hpp>
#include <websocketpp/extensions/permessage_deflate/disabled.hpp>
#include <websocketpp/http/request.hpp>
#include <websocketpp/http/response.hpp>
#include <websocketpp/message_buffer/message.hpp>
#include <websocketpp/processors/hybi13.hpp>
#include <websocketpp/random/none.hpp>

namespace causeway::net::library {

// Where the library takes its messages from: one is used again and again, as long as nobody keeps it. One per
// shard.
template <typename Message>
class MessageStock {
public:
    using ptr = std::shared_ptr<MessageStock>;
    using weak_ptr = std::weak_ptr<MessageStock>;

    // Empty, with room for `size` octets.
    std::shared_ptr<Message> get_message(websocketpp::frame::opcode::value opcode, std::size_t size) {
        if (!spare_ || spare_.use_count() > 1 || spare_->get_raw_payload().capacity() > kMostKept)
            return fresh(opcode, size);
        spare_->set_opcode(opcode);
        spare_->get_raw_payload().clear();
        spare_->get_raw_payload().reserve(size);
        return spare_;
    }

    // The library's own stock would take it back here, were it asked to.
    bool recycle(Message* /*message*/) { return false; }

private:
    static constexpr std::size_t kMostKept = 64 * 1024;

    std::shared_ptr<Message> fresh(websocketpp::frame::opcode::value opcode, std::size_t size) {
        auto message = std::make_shared<Message>(ptr(), opcode, size);
        if (size <= kMostKept) spare_ = message;
        return message;
    }

    std::shared_ptr<Message> spare_;
};

using Message = websocketpp::message_buffer::message<MessageStock>;
using Stock = MessageStock<Message>;

struct Config {
    using request_type = websocketpp::http::parser::request;
    using response_type = websocketpp::http::parser::response;
    using message_type = Message;
    using con_msg_manager_type = Stock;
    using rng_type = websocketpp::random::none::int_generator<std::uint32_t>;

    // Its `enabled` inflates without a limit. The frame guard keeps compressed messages from the library.
    struct permessage_deflate_config {
        using request_type = Config::request_type;
    };
    using permessage_deflate_type =
        websocketpp::extensions::permessage_deflate::disabled<permessage_deflate_config>;
    static const bool enable_extensions = false;
    static const std::size_t max_message_size = 0;  // set for each message
};

// Reads the frames of one client.
class FrameReader : public websocketpp::processor::hybi13<Config> {
public:
    FrameReader(const Stock::ptr& stock, Config::rng_type& random) : hybi13(false, true, stock, random) {}
};

}  // namespace causeway::net::library
