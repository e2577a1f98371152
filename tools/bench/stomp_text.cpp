#include "tools/bench/stomp_text.hpp"

#include <charconv>

namespace causeway::bench {

namespace {

void append_escaped(std::string& out, std::string_view text) {
    for (const char c : text) {
        if (c == '\n')
            out += "\\n";
        else if (c == '\r')
            out += "\\r";
        else if (c == ':')
            out += "\\c";
        else if (c == '\\')
            out += "\\\\";
        else
            out += c;
    }
}

// Where the head ends: the offset of the first byte after the empty line, or npos.
std::size_t end_of_head(std::string_view bytes) {
    for (std::size_t at = bytes.find('\n'); at != std::string_view::npos; at = bytes.find('\n', at + 1)) {
        if (at + 1 < bytes.size() && bytes[at + 1] == '\n') return at + 2;
        if (at + 2 < bytes.size() && bytes[at + 1] == '\r' && bytes[at + 2] == '\n') return at + 3;
    }
    return std::string_view::npos;
}

std::string_view without_cr(std::string_view line) {
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    return line;
}

}  // namespace

std::string encode_frame(std::string_view command, const FrameHeaders& headers, std::string_view body) {
    std::string out(command);
    out += '\n';
    const bool plain = command == "CONNECT";  // STOMP 1.2, "Value Encoding"
    for (const auto& [name, value] : headers) {
        if (plain)
            ((out += name) += ':') += value;
        else {
            append_escaped(out, name);
            out += ':';
            append_escaped(out, value);
        }
        out += '\n';
    }
    if (!body.empty()) out += "content-length:" + std::to_string(body.size()) + "\n";
    ((out += '\n') += body) += '\0';
    return out;
}

std::string_view FrameView::header(std::string_view name) const {
    for (std::string_view rest = head; !rest.empty();) {
        const std::size_t end = rest.find('\n');
        const std::string_view line = without_cr(rest.substr(0, end));
        if (line.size() > name.size() && line[name.size()] == ':' && line.substr(0, name.size()) == name)
            return line.substr(name.size() + 1);
        if (end == std::string_view::npos) break;
        rest.remove_prefix(end + 1);
    }
    return {};
}

ReadState read_frame(std::string_view& bytes, FrameView& into) {
    while (!bytes.empty() && (bytes[0] == '\n' || bytes[0] == '\r')) bytes.remove_prefix(1);
    const std::size_t body_start = end_of_head(bytes);
    if (body_start == std::string_view::npos) return ReadState::kNeedMore;
    const std::size_t command_end = bytes.find('\n');
    into.command = without_cr(bytes.substr(0, command_end));
    into.head = bytes.substr(command_end + 1, body_start - command_end - 1);
    std::size_t length = 0;
    if (const std::string_view text = into.header("content-length"); !text.empty()) {
        const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), length);
        if (failed != std::errc() || end != text.data() + text.size()) return ReadState::kBroken;
        if (bytes.size() - body_start <= length) return ReadState::kNeedMore;
        if (bytes[body_start + length] != '\0') return ReadState::kBroken;
    } else {
        length = bytes.substr(body_start).find('\0');
        if (length == std::string_view::npos) return ReadState::kNeedMore;
    }
    into.body = bytes.substr(body_start, length);
    bytes.remove_prefix(body_start + length + 1);
    return ReadState::kFrame;
}

}  // namespace causeway::bench
