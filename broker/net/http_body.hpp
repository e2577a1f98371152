// The body of one HTTP/1.1 request, by Content-Length or in chunks, up to a limit. Bytes in, values out; no
// I/O. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "broker/net/http_head.hpp"

namespace causeway::net {

struct BodyDone {
    std::size_t used = 0;  // octets of this call that were the body's; the rest is the next request's
};
// Nothing is left over after NeedMore. After a refusal the connection cannot be read on.
using BodyParsed = std::variant<NeedMore, BodyDone, HttpRefusal>;

class HttpBodyReader {
public:
    // A head without a length has no body.
    HttpBodyReader(const HttpHead& head, std::size_t limit);

    // Octets cut anywhere, each given once. 413 as soon as a declared length or a sum passes the limit.
    [[nodiscard]] BodyParsed read(std::string_view bytes);

    [[nodiscard]] const std::string& body() const { return body_; }
    [[nodiscard]] std::string take_body() { return std::move(body_); }

private:
    enum class Stage : std::uint8_t { kSized, kChunkSize, kChunkData, kChunkEnd, kTrailer, kDone };
    static constexpr std::size_t kMaxLine = 256;
    static constexpr int kMaxTrailers = 16;

    enum class Line : std::uint8_t { kPart, kWhole, kBad };
    [[nodiscard]] Line read_line(std::string_view bytes, std::size_t& at);
    [[nodiscard]] bool on_line();
    [[nodiscard]] bool begin_chunk();
    void read_data(std::string_view bytes, std::size_t& at);

    std::size_t limit_;
    Stage stage_;
    std::uint64_t left_ = 0;  // octets of the body, or of the chunk, still to come
    bool too_large_ = false;
    int trailers_ = 0;
    std::string line_;
    std::string body_;
};

}  // namespace causeway::net
