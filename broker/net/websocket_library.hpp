// websocketpp as it is set up here: its protocol layer alone (RFC 6455, section 5), which unmasks, validates
// and puts messages together. Its endpoint, connection, transport, HTTP and extensions stay out. Included by
// websocket_codec.cpp alone. C++17: the library is no valid C++20.
#pragma once

#define _WEBSOCKETPP_CPP11_STL_
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <websocketpp/close.hpp>
#include <websocketpp/extensions/permessage_deflate/disabled.hpp>
#include <websocketpp/http/request.hpp>
#include <websocketpp/http/response.hpp>
#include <websocketpp/message_buffer/message.hpp>
#include <websocketpp/processors/hybi13.hpp>
#include <websocketpp/random/none.hpp>

#include "broker/base/utf8.hpp"

namespace causeway::net::library {

// A message knows the stock it is from; ours are never given back.
template <typename Message>
struct NoStock {
    using ptr = std::shared_ptr<NoStock>;
    using weak_ptr = std::weak_ptr<NoStock>;
    bool recycle(Message* /*message*/) { return false; }
};

// Keeps from the library that it is text, which that validates octet by octet: FrameReader is faster.
class Message : public websocketpp::message_buffer::message<NoStock> {
public:
    using ptr = std::shared_ptr<Message>;
    using message::message;

    [[nodiscard]] websocketpp::frame::opcode::value get_opcode() const {
        return is_text() ? websocketpp::frame::opcode::binary : message::get_opcode();
    }
    [[nodiscard]] bool is_text() const { return message::get_opcode() == websocketpp::frame::opcode::text; }
};

// Where the library takes its messages from: one is used again and again, as long as nobody keeps it. One per
// shard.
class MessageStock {
public:
    using ptr = std::shared_ptr<MessageStock>;

    // Empty, with room for `size` octets.
    Message::ptr get_message(websocketpp::frame::opcode::value opcode, std::size_t size) {
        if (!spare_ || spare_.use_count() > 1 || spare_->get_raw_payload().capacity() > kMostKept)
            return fresh(opcode, size);
        spare_->set_opcode(opcode);
        spare_->get_raw_payload().clear();
        spare_->get_raw_payload().reserve(size);
        return spare_;
    }

private:
    static constexpr std::size_t kMostKept = 64 * 1024;

    Message::ptr fresh(websocketpp::frame::opcode::value opcode, std::size_t size) {
        auto message = std::make_shared<Message>(nullptr, opcode, size);
        if (size <= kMostKept) spare_ = message;
        return message;
    }

    Message::ptr spare_;
};

struct Config {
    using request_type = websocketpp::http::parser::request;
    using response_type = websocketpp::http::parser::response;
    using message_type = Message;
    using con_msg_manager_type = MessageStock;
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
class FrameReader final : public websocketpp::processor::hybi13<Config> {
public:
    FrameReader(const MessageStock::ptr& stock, Config::rng_type& random)
        : hybi13(false, true, stock, random) {}

    // As the library's, and text is UTF-8 as far as it has come (RFC 6455, 8.1).
    std::size_t consume(std::uint8_t* bytes, std::size_t size, websocketpp::lib::error_code& error) override {
        const std::size_t taken = hybi13::consume(bytes, size, error);
        const Message* const message = m_data_msg.msg_ptr.get();
        if (error || message == nullptr || !message->is_text()) return taken;
        const std::string_view text = message->get_payload();
        const Utf8Beginning read = utf8_beginning(text.substr(validated_));
        validated_ += read.octets;
        const bool whole = ready() && m_current_msg == &m_data_msg;
        if (read.broken || (whole && validated_ < text.size()))
            error =
                websocketpp::processor::error::make_error_code(websocketpp::processor::error::invalid_utf8);
        if (whole) validated_ = 0;
        return taken;
    }

    // Nothing of a frame or of a message has been read that is not whole: another client may be next.
    [[nodiscard]] bool at_rest() const {
        return m_state == HEADER_BASIC && m_bytes_needed == websocketpp::frame::BASIC_HEADER_LENGTH &&
               !m_data_msg.msg_ptr;
    }

private:
    std::size_t validated_ = 0;  // octets of the text in progress
};

}  // namespace causeway::net::library
