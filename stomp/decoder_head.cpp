// The decoder's way through command and headers, line by line.
#include <algorithm>
#include <cstring>

#include "stomp/decoder.hpp"
#include "stomp/escaping.hpp"
#include "stomp/octets.hpp"

namespace causeway::stomp {

namespace {

constexpr std::size_t kLongestNameShown = 64;
constexpr char kNulInHead[] = "NUL before the blank line that ends the headers";

// So that what the peer wrote can be shown to people: printable ASCII, no quotes, not long.
bool is_presentable(std::string_view text) {
    return !text.empty() && text.size() <= kLongestNameShown &&
           std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~' && c != '\''; });
}

}  // namespace

void Decoder::read_command() {
    std::string_view line;
    if (!take_line(limits_.max_command, line) || !accept_octets(line)) return;
    const auto command = command_of(line, peer_);
    if (!command)
        return fail(is_presentable(line) ? "unknown command '" + std::string(line) + "'" : "unknown command");
    frame_.command_ = *command;
    frame_.headers_.clear();
    header_lines_ = 0;
    stage_ = Stage::kHeaders;
}

void Decoder::read_header() {
    std::string_view line;
    while (take_line(limits_.max_header_line, line)) {
        if (line.empty()) return end_head();
        add_header(line);
        if (stage_ == Stage::kFailed) return;
    }
}

// The line at at_, if it is all there: without LF, and without the one CR before it that 1.2 allows and that
// clients of 1.0 and 1.1 send as well. Its length and the absence of NUL are judged octet by octet, so that
// the verdict does not depend on how the stream was cut.
bool Decoder::take_line(std::size_t longest, std::string_view& line) {
    const std::size_t room = std::min(longest, head_room());
    const auto lf = input_.find('\n', searched_);
    const std::size_t size = std::min(lf, input_.size()) - at_;
    if (lf == std::string_view::npos || size > room) {
        const std::size_t end = at_ + std::min(size, room);
        const bool has_nul =
            end > searched_ && input_.substr(searched_, end - searched_).find('\0') != input_.npos;
        searched_ = input_.size();
        if (has_nul) {
            fail(kNulInHead);
        } else if (size > room) {
            refuse_long_line(longest);
        }
        return false;
    }
    line = input_.substr(at_, size);
    at_ = searched_ = lf + 1;
    if (line.ends_with('\r')) line.remove_suffix(1);
    return true;
}

void Decoder::refuse_long_line(std::size_t longest) {
    if (head_room() >= longest) {
        if (stage_ == Stage::kCommand)
            return fail("unknown command: none is longer than " + std::to_string(longest));
        return fail_large("a header", "limits.header_bytes", longest);
    }
    if (limits_.max_frame <= limits_.max_head)
        return fail_large("a frame", "limits.connect_bytes", limits_.max_frame);
    fail_large("command and headers", "limits.head_bytes", limits_.max_head);
}

std::size_t Decoder::head_room() const {
    const std::size_t limit = std::min(limits_.max_head, limits_.max_frame);
    return limit - std::min(at_, limit);
}

// STOMP 1.2, "STOMP Frames": UTF-8. A CR within a line is data up to 1.1 and forbidden in 1.2's grammar. NUL
// is in the grammar, but a frame that lacks its blank line is what it means in practice.
bool Decoder::accept_octets(std::string_view line) {
    if (is_plain(line)) return true;
    if (line.find('\0') != line.npos) {
        fail(kNulInHead);
    } else if (line.find('\r') != line.npos &&
               (version_ == Version::k12 || !escapes_headers(frame_.command_))) {
        fail(header_at_fault(line.substr(0, line.find(':'))) + ": CR within a line");
    } else if (!is_utf8(line)) {
        fail(header_at_fault(line.substr(0, line.find(':'))) + ": not UTF-8");
    }
    return stage_ != Stage::kFailed;
}

void Decoder::add_header(std::string_view line) {
    ++header_lines_;
    if (!accept_octets(line)) return;  // first, since a NUL is seen before the line is complete
    if (header_lines_ > limits_.max_headers)
        return fail("more headers than limits.headers = " + std::to_string(limits_.max_headers),
                    ProtocolError::Kind::kTooLarge);
    const auto colon = line.find(':');
    if (colon == line.npos)
        return fail("malformed header: line " + std::to_string(header_lines_) + " has no colon");
    if (colon == 0) return fail("malformed header: line " + std::to_string(header_lines_) + " has no name");
    const bool has_escapes =
        version_ != Version::k10 && escapes_headers(frame_.command_) && line.find('\\') != line.npos;
    if (has_escapes) return add_escaped_header(line, colon);
    frame_.headers_.add(static_cast<std::size_t>(line.data() - input_.data()), colon, line.size());
}

// STOMP 1.2, "Value Encoding": undefined escapes are fatal.
void Decoder::add_escaped_header(std::string_view line, std::size_t colon) {
    std::string name;
    std::string value;
    auto fault = unescape(line.substr(0, colon), version_, name);
    if (!fault) {
        fault = unescape(line.substr(colon + 1), version_, value);
        if (fault) *fault += colon + 1;
    }
    if (fault)
        return fail(header_at_fault(line.substr(0, colon)) + ": undefined escape at octet " +
                    std::to_string(*fault + 1) + " of the line");
    frame_.headers_.add_copy(name, value);
}

void Decoder::end_head() {
    searched_ = at_;
    if (version_of_frame() == Version::k10) frame_.headers_.drop_leading_blanks_of_values();
    const auto length = frame_.header("content-length");
    if (length && !read_content_length(*length)) return;
    stage_ = length ? Stage::kMeasuredBody : Stage::kBodyUpToNul;
}

// Judged before a single octet of the body is kept.
bool Decoder::read_content_length(std::string_view value) {
    std::size_t length = 0;
    const bool digits = std::all_of(value.begin(), value.end(), [&](char c) {
        if (c < '0' || c > '9') return false;
        length = std::min(length, Limits::kNone / 10 - 1) * 10 + static_cast<std::size_t>(c - '0');
        return true;
    });
    if (value.empty() || !digits) {
        fail("content-length must be a number of octets, in digits only");
    } else if (length > 0 && is_body_refused()) {
        refuse_body();
    } else if (length > body_room()) {
        refuse_large_body();
    } else {
        content_length_ = length;
    }
    return stage_ != Stage::kFailed;
}

// CONNECT and CONNECTED come before a version is agreed: those of 1.0 do not name one.
Version Decoder::version_of_frame() const {
    switch (frame_.command_) {
        case Command::kConnect:
        case Command::kStomp:
            return frame_.header("accept-version") ? Version::k12 : Version::k10;
        case Command::kConnected:
            return frame_.header("version") ? Version::k12 : Version::k10;
        default:
            return version_;
    }
}

std::string Decoder::header_at_fault(std::string_view name) const {
    if (stage_ == Stage::kCommand) return "command";
    return is_presentable(name) ? "header '" + std::string(name) + "'"
                                : "header " + std::to_string(header_lines_);
}

}  // namespace causeway::stomp
