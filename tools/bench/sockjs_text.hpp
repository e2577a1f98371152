// SockJS 0.3.3 from the client's side: frames in, payloads out. Sans-I/O.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace causeway::bench {

enum class SockJsFrame : std::uint8_t { kOpen, kHeartbeat, kMessages, kClose, kBroken };

// One frame. The octets of its messages, one behind the other, replace those in `text`; of a close frame, its
// code and reason as they stand.
[[nodiscard]] SockJsFrame read_sockjs(std::string_view frame, std::string& text);

// The path of a fresh session's URL, made unique by `random` and the clock, with `transport` at its end.
[[nodiscard]] std::string sockjs_path(std::string_view prefix, std::uint32_t random,
                                      std::string_view transport);

// `text` as a JSON string with its quotes; octets above ASCII as they are.
void append_json_string(std::string& out, std::string_view text);

}  // namespace causeway::bench
