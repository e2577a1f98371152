#include "tools/bench/http_text.hpp"

#include <strings.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace causeway::bench {

namespace {

constexpr std::size_t kMaxHead = 16 * 1024;
constexpr std::uint64_t kMaxBody = 64 * 1024 * 1024;

// The value of the first header of that name, or nothing.
std::optional<std::string_view> header(std::string_view head, std::string_view name) {
    for (std::size_t at = head.find("\r\n"); at != std::string_view::npos; at = head.find("\r\n", at + 2)) {
        std::string_view line = head.substr(at + 2);
        line = line.substr(0, line.find("\r\n"));
        if (line.size() <= name.size() || line[name.size()] != ':' ||
            strncasecmp(line.data(), name.data(), name.size()) != 0)
            continue;
        line.remove_prefix(name.size() + 1);
        line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
        return line;
    }
    return std::nullopt;
}

std::optional<std::uint64_t> number(std::string_view digits, int base) {
    std::uint64_t value = 0;
    const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
    if (failed != std::errc() || end != digits.data() + digits.size() || value > kMaxBody)
        return std::nullopt;
    return value;
}

}  // namespace

void append_request(std::string& out, std::string_view method, std::string_view host, std::string_view path,
                    std::string_view body) {
    (((((out += method) += ' ') += path) += " HTTP/1.1\r\nHost: ") += host) += "\r\n";
    if (method == "POST")
        (out += "Content-Type: text/plain;charset=UTF-8\r\nContent-Length: ") +=
            std::to_string(body.size()) + "\r\n";
    (out += "\r\n") += body;
}

HttpAnswer::Event HttpAnswer::read(std::string_view& bytes) {
    switch (stage_) {
        case Stage::kHead:
            return read_head(bytes);
        case Stage::kChunkSize:
            return read_chunk_size(bytes);
        case Stage::kChunk:
        case Stage::kBody:
            return read_octets(bytes);
        case Stage::kChunkEnd:
        case Stage::kTrailer:
            return read_line_end(bytes);
    }
    return Event::kBroken;
}

HttpAnswer::Event HttpAnswer::read_head(std::string_view& bytes) {
    const std::size_t end = bytes.find("\r\n\r\n");
    if (end == std::string_view::npos) return bytes.size() > kMaxHead ? Event::kBroken : Event::kNeedMore;
    const std::string_view head = bytes.substr(0, end);
    bytes.remove_prefix(end + 4);
    return begin_body(head);
}

HttpAnswer::Event HttpAnswer::begin_body(std::string_view head) {
    constexpr std::string_view kVersion = "HTTP/1.1 ";
    const auto status = number(head.substr(std::min(kVersion.size(), head.size())).substr(0, 3), 10);
    if (head.substr(0, kVersion.size()) != kVersion || !status) return Event::kBroken;
    status_ = static_cast<int>(*status);
    closes_ = header(head, "Connection").value_or("") == "close";
    left_ = 0;
    stage_ = Stage::kBody;
    if (status_ == 204 || status_ == 304) return Event::kHead;
    if (header(head, "Transfer-Encoding").value_or("") == "chunked") {
        stage_ = Stage::kChunkSize;
        return Event::kHead;
    }
    const auto length = number(header(head, "Content-Length").value_or("none"), 10);
    left_ = length.value_or(0);
    return length ? Event::kHead : Event::kBroken;
}

HttpAnswer::Event HttpAnswer::read_chunk_size(std::string_view& bytes) {
    const std::size_t end = bytes.find("\r\n");
    if (end == std::string_view::npos) return bytes.size() > 64 ? Event::kBroken : Event::kNeedMore;
    const auto size = number(bytes.substr(0, end), 16);
    if (!size) return Event::kBroken;
    left_ = *size;
    bytes.remove_prefix(end + 2);
    stage_ = left_ > 0 ? Stage::kChunk : Stage::kTrailer;
    return read(bytes);
}

HttpAnswer::Event HttpAnswer::read_octets(std::string_view& bytes) {
    if (left_ == 0) {
        stage_ = Stage::kHead;
        return Event::kEnd;
    }
    if (bytes.empty()) return Event::kNeedMore;
    piece_ = bytes.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size())));
    bytes.remove_prefix(piece_.size());
    left_ -= piece_.size();
    if (stage_ == Stage::kChunk && left_ == 0) stage_ = Stage::kChunkEnd;
    return Event::kPiece;
}

// Behind a chunk, or behind the last one: nobody sends trailers here.
HttpAnswer::Event HttpAnswer::read_line_end(std::string_view& bytes) {
    if (bytes.size() < 2) return Event::kNeedMore;
    if (bytes.substr(0, 2) != "\r\n") return Event::kBroken;
    bytes.remove_prefix(2);
    if (stage_ == Stage::kTrailer) {
        stage_ = Stage::kHead;
        return Event::kEnd;
    }
    stage_ = Stage::kChunkSize;
    return read(bytes);
}

}  // namespace causeway::bench
