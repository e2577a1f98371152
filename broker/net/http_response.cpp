#include "broker/net/http_response.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>

namespace causeway::net {

namespace {

std::string_view reason_phrase(int status) {
    static constexpr std::pair<int, std::string_view> kPhrases[] = {
        {200, "OK"},
        {204, "No Content"},
        {304, "Not Modified"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {408, "Request Timeout"},
        {411, "Length Required"},
        {413, "Content Too Large"},
        {415, "Unsupported Media Type"},
        {426, "Upgrade Required"},
        {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"},
        {501, "Not Implemented"},
        {503, "Service Unavailable"},
        {505, "HTTP Version Not Supported"},
    };
    for (const auto& [code, phrase] : kPhrases)
        if (code == status) return phrase;
    return "Status";
}

void append_header(std::string& out, std::string_view name, std::string_view value) {
    assert(is_http_token(name) &&
           value.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos);
    out.append(name).append(": ").append(value).append("\r\n");
}

bool is_bodiless(int status) { return status == 204 || status == 304; }

// Everything but the length of the body and the empty line.
std::string head_of(const HttpResponse& response, bool keep_alive) {
    std::string out;
    out.reserve(256 + response.body.size());
    out.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ");
    out.append(reason_phrase(response.status)).append("\r\n");
    if (!response.content_type.empty()) append_header(out, "Content-Type", response.content_type);
    append_header(out, "Connection", keep_alive ? "keep-alive" : "close");
    append_header(out, "X-Content-Type-Options", "nosniff");
    const bool own_caching =
        std::any_of(response.headers.begin(), response.headers.end(),
                    [](const auto& header) { return same_ignoring_case(header.first, "Cache-Control"); });
    if (!own_caching) append_header(out, "Cache-Control", "no-store");
    for (const auto& [name, value] : response.headers) append_header(out, name, value);
    return out;
}

}  // namespace

std::string whole_response(const HttpResponse& response, std::string_view request_method) {
    std::string out = head_of(response, response.keep_alive);
    if (!is_bodiless(response.status))
        append_header(out, "Content-Length", std::to_string(response.body.size()));
    out.append("\r\n");
    if (request_method != "HEAD" && !is_bodiless(response.status)) out.append(response.body);
    return out;
}

std::string stream_head(const HttpResponse& response, StreamEnd end) {
    const bool chunks = end == StreamEnd::kLastChunk;
    std::string out = head_of(response, response.keep_alive && chunks);
    if (chunks) append_header(out, "Transfer-Encoding", "chunked");
    return out.append("\r\n");
}

void append_chunk(std::string& out, std::string_view data) {
    if (data.empty()) return;
    std::array<char, 16> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), data.size(), 16).ptr;
    out.append(digits.data(), end).append("\r\n").append(data).append("\r\n");
}

void append_last_chunk(std::string& out) { out.append("0\r\n\r\n"); }

HttpResponse response_of(const HttpRefusal& refusal) {
    HttpResponse response;
    response.status = refusal.status;
    response.content_type = "text/plain; charset=utf-8";
    response.body = refusal.text + "\n";
    response.keep_alive = false;
    if (refusal.status == 426) response.headers = {{"Upgrade", "websocket"}, {"Sec-WebSocket-Version", "13"}};
    return response;
}

}  // namespace causeway::net
