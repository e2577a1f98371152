#include "broker/base/error_code.hpp"

#include <array>

namespace causeway {

namespace {

constexpr std::array<ErrorRow, kErrorCodes> kRows{{
    {"auth-failed", "WS_001", 1001, 1008, false, "no token, or one that does not hold"},
    {"token-expired", "WS_002", 1001, 4101, false, "the token's time has passed"},
    {"token-revoked", "WS_001", 1001, 4102, false, "the token or its user was revoked"},
    {"signature-invalid", "WS_003", 1001, 1008, false, "the signed AUTH does not hold"},
    {"message-invalid", "WS_004", 2000, 1008, false, "a body that cannot be read, or a missing field (named)"},
    {"type-unsupported", "WS_005", 3002, 1008, false, "an unknown /app command or message type"},
    {"permission-denied", "WS_006", 3001, 1008, false, "no rule allows it, or one denies it"},
    {"connect-timeout", "WS_007", 1000, 1008, true, "no CONNECT in time"},
    {"heartbeat-timeout", "WS_008", 1000, 4106, true, "no sign of life, WebSocket ping included"},
    {"send-failed", "WS_009", 1000, 1011, true, "storage or NATS refused a message that must be kept"},
    {"protocol-error", "WS_004", 1002, 1002, false, "STOMP or WebSocket violated"},
    {"message-too-large", "WS_004", 2001, 1009, false, "over a size limit; limit, size and key are named"},
    {"rate-limited", "WS_006", 2002, 4105, true, "more than a rate or count limit allows"},
    {"subscribe-failed", "WS_010", 3000, 1008, false, "a SUBSCRIBE that cannot be served"},
    {"slow-consumer", "WS_009", 1000, 4103, true, "did not read what was sent to it"},
    {"kicked", "WS_006", 3001, 4104, false, "closed by an operator"},
    {"idempotency-conflict", "WS_004", 2000, 1008, false, "a clientMsgId used again with another body"},
}};

}  // namespace

const ErrorRow& row(ErrorCode code) { return kRows[static_cast<std::size_t>(code)]; }

}  // namespace causeway
