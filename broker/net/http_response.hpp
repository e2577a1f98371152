// HTTP/1.1 responses written into a string: whole ones, and heads and chunks of those that stream. Pure
// functions, any thread.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "broker/net/http_head.hpp"

namespace causeway::net {

struct HttpResponse {
    int status = 200;
    std::string content_type;  // empty: no body is meant
    std::string body;
    // Sent as they are; no CR or LF (asserted). A Cache-Control here replaces `no-store`.
    std::vector<std::pair<std::string, std::string>> headers;
    bool keep_alive = true;
};

// How the body of a streamed response ends: HTTP/1.0 knows no chunks.
enum class StreamEnd { kLastChunk, kConnectionClose };

// With Content-Length, Connection, Cache-Control and `X-Content-Type-Options: nosniff`. For HEAD the body is
// left out and its length stays.
[[nodiscard]] std::string whole_response(const HttpResponse& response, std::string_view request_method);

// The head of a response whose body follows: in chunks, or raw until the connection closes.
[[nodiscard]] std::string stream_head(const HttpResponse& response, StreamEnd end);
// Nothing for empty data, which would end the body.
void append_chunk(std::string& out, std::string_view data);
void append_last_chunk(std::string& out);

// The answer to a request that could not be read: plain text, `Connection: close`, and with 426 what is
// spoken here.
[[nodiscard]] HttpResponse response_of(const HttpRefusal& refusal);

}  // namespace causeway::net
