// Every way in which Causeway says no: PRODUCT section 10, one row per code. The codes are a
// contract with clients; the close codes are those of RFC 6455, 7.4, and ours from 4101.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace causeway {

enum class ErrorCode : std::uint8_t {
    kAuthFailed,
    kTokenExpired,
    kTokenRevoked,
    kSignatureInvalid,
    kMessageInvalid,
    kTypeUnsupported,
    kPermissionDenied,
    kConnectTimeout,
    kHeartbeatTimeout,
    kSendFailed,
    kProtocolError,
    kMessageTooLarge,
    kRateLimited,
    kSubscribeFailed,
    kSlowConsumer,
    kKicked,
    kIdempotencyConflict,
};
inline constexpr std::size_t kErrorCodes = 17;

struct ErrorRow {
    std::string_view name;     // header `code`
    std::string_view ws_code;  // header `ws-code`
    int number;                // header `number`
    int close_code;            // of the WebSocket close that follows an ERROR
    bool come_back;            // whether the client should reconnect with what it has
    std::string_view when;
};

// The row of a code. Total.
[[nodiscard]] const ErrorRow& row(ErrorCode code);

// A refusal as a value: what the peer did wrong, turned into a frame in one place.
struct Refusal {
    ErrorCode code;
    std::string text;   // what happened, to what, and what to do; for people; no secrets
    std::string field;  // the JSON field or header at fault; may be empty
};

}  // namespace causeway
