// What surrounds the marker in a message's body: one letter up to the size wanted, or records in JSON, which
// compress as what applications send does.
#pragma once

#include <string>
#include <string_view>

#include "tools/bench/options.hpp"

namespace causeway::bench {

class BodyText {
public:
    explicit BodyText(const Options& options);

    // Of Options::body_bytes, or as many as it takes.
    [[nodiscard]] std::string around(std::string_view marker) const;
    // Every octet of it.
    [[nodiscard]] bool is_around(std::string_view marker, std::string_view body) const;

private:
    [[nodiscard]] std::size_t padding(std::string_view marker) const;

    const std::size_t size_;
    const std::string before_, between_, after_;  // before and behind the marker, behind the padding
};

}  // namespace causeway::bench
