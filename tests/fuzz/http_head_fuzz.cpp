// HTTP heads, bodies and queries: a head parses the same whole and dripped, and what is accepted keeps its
// promises.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "broker/net/http_body.hpp"
#include "broker/net/http_head.hpp"
#include "broker/net/query.hpp"
#include "broker/net/sockjs.hpp"
#include "broker/net/websocket_handshake.hpp"

using namespace causeway::net;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

HttpParsed parse_dripped(std::string_view bytes, std::size_t& fed) {
    HttpHeadParser parser;
    for (fed = 1; fed <= bytes.size(); ++fed) {
        HttpParsed parsed = parser.parse(bytes.substr(0, fed));
        if (!std::holds_alternative<NeedMore>(parsed)) return parsed;
    }
    return NeedMore{};
}

void check_head(const HttpHead& head) {
    require(head.path == "*" || head.path.front() == '/');
    require(head.path.find('\0') == std::string::npos);
    require(!(head.chunked && head.content_length));
    require(head.headers.size() <= HttpHeadParser::kMaxHeaders && head.size <= HttpHeadParser::kMaxHead);
    for (const auto& header : head.headers) require(header.second.find_first_of("\r\n") == std::string::npos);
    require(redacted(head.target).size() <= head.target.size() * 4 + 16);
    (void)Query::parse(head.query);
    (void)sockjs::route("/ws", head.path);
    (void)read_upgrade(head);
}

void check_body(const HttpHead& head, std::string_view bytes) {
    constexpr std::size_t kLimit = 100;
    HttpBodyReader whole(head, kLimit);
    const BodyParsed at_once = whole.read(bytes);
    HttpBodyReader dripped(head, kLimit);
    BodyParsed last = dripped.read({});
    for (std::size_t i = 0; i < bytes.size() && std::holds_alternative<NeedMore>(last); ++i)
        last = dripped.read(bytes.substr(i, 1));
    require(at_once.index() == last.index());
    if (!std::holds_alternative<HttpRefusal>(at_once)) require(whole.body() == dripped.body());
    require(whole.body().size() <= kLimit);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    HttpHeadParser parser;
    const HttpParsed parsed = parser.parse(bytes);
    std::size_t fed = 0;
    const HttpParsed dripped = size <= 2048 ? parse_dripped(bytes, fed) : parsed;
    const auto* head = std::get_if<HttpHead>(&parsed);
    require((head != nullptr) == std::holds_alternative<HttpHead>(dripped));
    if (head == nullptr) return 0;
    check_head(*head);
    check_body(*head, bytes.substr(head->size));
    return 0;
}
