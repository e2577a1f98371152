// Writes one STOMP frame, octets appended to a string in a single pass: what the version cannot express is
// left out rather than damaged, and nothing a header holds can end the header or the frame.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "stomp/command.hpp"
#include "stomp/version.hpp"

namespace causeway::stomp {

// What a heart-beat is on the wire.
inline constexpr std::string_view kBeatOctets = "\n";

// Encoder(out, version, Command::kMessage).header("destination", d).header("message-id", id).finish(body);
class Encoder {
public:
    // Appends the command. `out` must outlive this object and be left alone until finish().
    Encoder(std::string& out, Version version, Command command);
    Encoder(const Encoder&) = delete;
    Encoder& operator=(const Encoder&) = delete;

    // Appends a header; the caller writes each name once and leaves content-length to finish(). Left out are:
    // names with octets that need an escape; values that the version cannot express (CR in 1.1, CR and LF in
    // 1.0, NUL in all); in CONNECT and CONNECTED, which are never escaped, values with CR or LF.
    Encoder& header(std::string_view name, std::string_view value);
    Encoder& header(std::string_view name, std::uint64_t number);

    // The same for headers that came from a client and go on as they are: nothing if the frame has one of
    // this name already, or if it is content-length.
    Encoder& pass_on(std::string_view name, std::string_view value);

    // Appends content-length (always on SEND, MESSAGE and ERROR, which alone may have a body), the body, NUL.
    void finish(std::string_view body = {});

private:
    [[nodiscard]] bool has(std::string_view name) const;

    std::string& out_;
    const std::size_t begin_;
    const Version version_;
    const Command command_;
};

}  // namespace causeway::stomp
