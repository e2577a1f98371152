#include "broker/identity/identity.hpp"

#include "broker/base/utf8.hpp"

namespace causeway::identity {

bool is_name(std::string_view text) {
    if (text.empty() || text.size() > 128) return false;
    for (const char c : text)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return false;
    return is_valid_utf8(text);
}

}  // namespace causeway::identity
