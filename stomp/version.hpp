// The three versions of STOMP, and how a client and we agree on one.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace causeway::stomp {

enum class Version : std::uint8_t { k10, k11, k12 };

// What we speak, as the `version` header of the ERROR that refuses a client lists it.
inline constexpr std::string_view kSupportedVersions = "1.0,1.1,1.2";

// "1.0", "1.1" or "1.2".
[[nodiscard]] std::string_view to_string(Version version);

// The highest version both sides speak, given the value of `accept-version` (none: 1.0 only; STOMP 1.2,
// "Protocol Negotiation"). The list may be unsorted, hold blanks and versions nobody knows; versions are
// compared as numbers. Nothing if there is none in common.
[[nodiscard]] std::optional<Version> negotiate(std::optional<std::string_view> accept_version);

// The WebSocket sub-protocol to answer with: the highest of `v10.stomp`, `v11.stomp`, `v12.stomp` that is
// offered; nothing if none is. A hint only: the version comes from CONNECT.
[[nodiscard]] std::optional<std::string_view> pick_sub_protocol(std::span<const std::string> offered);

}  // namespace causeway::stomp
