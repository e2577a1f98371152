// The verb of the decoder's tests.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "tests/stomp/outcome.hpp"

namespace causeway::stomp::testing {

using namespace std::string_literals;

inline constexpr Version kAllVersions[] = {Version::k10, Version::k11, Version::k12};

// What a decoder sees in the stream, after making sure that it sees the same however the stream is cut.
inline std::string sees(std::string_view stream, const Setting& setting = {}) {
    const std::string whole = show(decode(stream, setting));
    for (std::size_t cut = 1; cut < stream.size(); ++cut) {
        const std::string in_two = show(decode(stream, setting, cut, stream.size()));
        if (in_two != whole) {
            CAPTURE(printable(stream.substr(0, cut)));
            CHECK(in_two == whole);
        }
    }
    CHECK(show(decode(stream, setting, 1, 1)) == whole);
    return whole;
}

inline std::string sees(std::string_view stream, Version version) { return sees(stream, Setting{version}); }

// How it begins is all that counts where only the verdict is of interest.
inline bool refuses(std::string_view stream, Version version, std::string_view because = "") {
    const std::string seen = sees(stream, version);
    CAPTURE(seen);
    return seen.starts_with('!') && seen.find(because) != std::string::npos;
}

}  // namespace causeway::stomp::testing
