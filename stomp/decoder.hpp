// Octets in, frames out: STOMP 1.0, 1.1 and 1.2, cut anywhere. Never waits, never throws for what the peer
// sent, never holds more than Limits allow, and holds nothing while no frame is under way. A frame that
// lies whole in the octets fed is not copied. Belongs to one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "stomp/frame.hpp"
#include "stomp/limits.hpp"
#include "stomp/protocol_error.hpp"
#include "stomp/version.hpp"

namespace causeway::stomp {

struct NeedMore {};
// One or more ends of line between frames.
struct Beat {};

using Decoded = std::variant<NeedMore, Beat, const Frame*, ProtocolError>;

class Decoder {
public:
    Decoder(Peer peer, const Limits& limits) : peer_(peer), limits_(limits) {}
    Decoder(const Decoder&) = delete;
    Decoder& operator=(const Decoder&) = delete;

    // Then call next() until it says NeedMore, or keep_rest(): so long must `octets` stay where they are.
    void feed(std::string_view octets);
    // A frame, and all it shows, is valid until the next call of anything here. After an error there is
    // only that error, whatever is fed.
    [[nodiscard]] Decoded next();
    // Copies what next() has not come to yet.
    void keep_rest();
    // The frame that next() has just given will be given again; it and what follows it are copied.
    void put_back();

    // For what is decoded from now on. 1.2 until set; CONNECT and CONNECTED speak for themselves.
    void set_version(Version version) { version_ = version; }
    void set_limits(const Limits& limits) { limits_ = limits; }

    // Octets of memory held beside the object itself.
    [[nodiscard]] std::size_t memory() const;

private:
    enum class Stage : std::uint8_t {
        kBetween,
        kCommand,
        kHeaders,
        kMeasuredBody,
        kBodyUpToNul,
        kHandedOut,
        kFailed,
    };

    void advance();
    void skip_line_ends();
    void set_input(std::string_view octets);
    void consume(std::size_t octets);
    void own_rest();
    void release_memory();

    // The head, in decoder_head.cpp
    void read_command();
    void read_header();
    bool take_line(std::size_t longest, std::string_view& line);
    void refuse_long_line(std::size_t longest);
    bool accept_octets(std::string_view line);
    void add_header(std::string_view line);
    void add_escaped_header(std::string_view line, std::size_t colon);
    void end_head();
    bool read_content_length(std::string_view value);
    [[nodiscard]] std::size_t head_room() const;
    [[nodiscard]] Version version_of_frame() const;
    [[nodiscard]] std::string header_at_fault(std::string_view name) const;

    // The body
    void read_measured_body();
    void read_body_up_to_nul();
    void hand_out(std::size_t body_size);
    [[nodiscard]] bool is_body_refused() const;
    [[nodiscard]] std::size_t body_room() const;
    void refuse_body();
    void refuse_large_body();

    void fail(std::string text, ProtocolError::Kind kind = ProtocolError::Kind::kProtocol);
    void fail_large(const std::string& what, std::string_view key, std::size_t limit);

    // Constant after construction
    const Peer peer_;

    Version version_ = Version::k12;
    Limits limits_;

    // What is not decoded yet, from the beginning of a frame on: the caller's octets or our own copy
    std::string_view input_;
    bool owns_input_ = false;
    std::string buffer_;

    // The frame under way; offsets from the beginning of input_
    Stage stage_ = Stage::kBetween;
    std::size_t at_ = 0;        // of the line, or the body
    std::size_t searched_ = 0;  // up to here there is no end of it
    std::size_t end_ = 0;       // of the frame that is handed out
    bool saw_line_end_ = false;
    std::size_t header_lines_ = 0;
    std::size_t content_length_ = 0;  // if it says one
    Frame frame_;

    ProtocolError error_;
};

}  // namespace causeway::stomp
