#include "broker/net/http_body.hpp"

#include <algorithm>

namespace causeway::net {

namespace {

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

}  // namespace

HttpBodyReader::HttpBodyReader(const HttpHead& head, std::size_t limit)
    : limit_(limit),
      stage_(head.chunked ? Stage::kChunkSize : Stage::kSized),
      left_(head.content_length.value_or(0)) {
    too_large_ = left_ > limit_;
    if (stage_ == Stage::kSized && left_ == 0) stage_ = Stage::kDone;
}

BodyParsed HttpBodyReader::read(std::string_view bytes) {
    std::size_t at = 0;
    while (stage_ != Stage::kDone && !too_large_ && at < bytes.size()) {
        if (stage_ == Stage::kSized || stage_ == Stage::kChunkData) {
            read_data(bytes, at);
            continue;
        }
        const Line line = read_line(bytes, at);
        if (line == Line::kPart) break;
        if (line == Line::kBad || !on_line()) return HttpRefusal{400, "the chunked body is malformed"};
        line_.clear();
    }
    if (too_large_) return HttpRefusal{413, "the body has more than " + std::to_string(limit_) + " octets"};
    if (stage_ == Stage::kDone) return BodyDone{at};
    return NeedMore{};
}

void HttpBodyReader::read_data(std::string_view bytes, std::size_t& at) {
    const auto step = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size() - at));
    body_.append(bytes.substr(at, step));
    at += step;
    left_ -= step;
    if (left_ == 0) stage_ = stage_ == Stage::kSized ? Stage::kDone : Stage::kChunkEnd;
}

// Collects up to CR LF, which is left out. A lone CR or LF, any other control octet or a long line is bad.
HttpBodyReader::Line HttpBodyReader::read_line(std::string_view bytes, std::size_t& at) {
    while (at < bytes.size()) {
        const char c = bytes[at++];
        const bool after_cr = !line_.empty() && line_.back() == '\r';
        if (after_cr) {
            line_.pop_back();
            return c == '\n' ? Line::kWhole : Line::kBad;
        }
        if ((is_control(c) && c != '\r' && c != '\t') || line_.size() == kMaxLine) return Line::kBad;
        line_.push_back(c);
    }
    return Line::kPart;
}

bool HttpBodyReader::on_line() {
    if (stage_ == Stage::kChunkSize) return begin_chunk();
    if (stage_ == Stage::kChunkEnd) {
        stage_ = Stage::kChunkSize;
        return line_.empty();
    }
    if (line_.empty()) {
        stage_ = Stage::kDone;
        return true;
    }
    return ++trailers_ <= kMaxTrailers;  // read, and not used for anything
}

// RFC 9112, 7.1. Extensions are passed over, as a recipient must.
bool HttpBodyReader::begin_chunk() {
    const std::string_view digits = std::string_view(line_).substr(0, line_.find(';'));
    if (digits.empty() || digits.size() > 15) return false;
    std::uint64_t size = 0;
    for (const char c : digits) {
        const int digit = hex_digit(c);
        if (digit < 0) return false;
        size = size * 16 + static_cast<std::uint64_t>(digit);
    }
    left_ = size;
    too_large_ = size > limit_ - body_.size();
    stage_ = size == 0 ? Stage::kTrailer : Stage::kChunkData;
    return true;
}

}  // namespace causeway::net
