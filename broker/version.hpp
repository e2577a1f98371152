#pragma once

namespace causeway {

// Semantic versioning: of the configuration, the CLI's JSON, the metrics and the wire.
inline constexpr const char* kVersion = "0.1.0";

}  // namespace causeway
