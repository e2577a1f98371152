// HTTP/1.1 from the client's side: requests out, answers in as they come. Sans-I/O.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace causeway::bench {

// A whole request on a connection that stays open; `body` is sent with POST only.
void append_request(std::string& out, std::string_view method, std::string_view host, std::string_view path,
                    std::string_view body);

// One answer after the other.
class HttpAnswer {
public:
    enum class Event : std::uint8_t { kNeedMore, kHead, kPiece, kEnd, kBroken };

    // Takes the next event off the front of `bytes`. After kEnd the next answer begins. Broken: a head that
    // is none or over 16 KiB, or a body that ends nowhere.
    [[nodiscard]] Event read(std::string_view& bytes);

    [[nodiscard]] int status() const { return status_; }
    // Of the body; valid as long as the bytes.
    [[nodiscard]] std::string_view piece() const { return piece_; }
    // No other request may follow on this connection.
    [[nodiscard]] bool closes() const { return closes_; }

private:
    enum class Stage : std::uint8_t { kHead, kChunkSize, kChunk, kChunkEnd, kTrailer, kBody };

    [[nodiscard]] Event read_head(std::string_view& bytes);
    [[nodiscard]] Event begin_body(std::string_view head);
    [[nodiscard]] Event read_chunk_size(std::string_view& bytes);
    [[nodiscard]] Event read_octets(std::string_view& bytes);
    [[nodiscard]] Event read_line_end(std::string_view& bytes);

    Stage stage_ = Stage::kHead;
    int status_ = 0;
    bool closes_ = false;
    std::uint64_t left_ = 0;  // of the chunk or the body
    std::string_view piece_;
};

}  // namespace causeway::bench
