#include "tools/bench/options.hpp"

namespace causeway::bench {

std::string replaced(std::string pattern, std::string_view name, std::string_view with) {
    for (std::size_t at = pattern.find(name); at != std::string::npos;
         at = pattern.find(name, at + with.size()))
        pattern.replace(at, name.size(), with);
    return pattern;
}

std::string replaced(std::string pattern, std::string_view name, std::uint64_t with) {
    return pattern.find(name) == std::string::npos ? pattern
                                                   : replaced(std::move(pattern), name, std::to_string(with));
}

}  // namespace causeway::bench
