#include "tools/conformance/client.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tools/conformance/verdict.hpp"

namespace causeway::conformance {

namespace {

using Json = nlohmann::json;

std::string unescaped(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\' || i + 1 == text.size()) {
            out += text[i];
            continue;
        }
        switch (text[++i]) {
            case 'n':
                out += '\n';
                break;
            case 'r':
                out += '\r';
                break;
            case 'c':
                out += ':';
                break;
            case '\\':
                out += '\\';
                break;
            default:
                throw Wrong{"escapes of STOMP 1.2 in what the broker sends",
                            "a backslash before another octet"};
        }
    }
    return out;
}

std::string array_of(const std::vector<std::string>& parts) {
    try {
        return Json(parts).dump();
    } catch (const Json::exception&) {
        throw NotApplicable{"SockJS carries UTF-8 only"};
    }
}

}  // namespace

std::optional<std::string> Seen::header(std::string_view name) const {
    for (const auto& [mine, value] : headers)
        if (mine == name) return value;
    return std::nullopt;
}

std::size_t Seen::count(std::string_view name) const {
    return static_cast<std::size_t>(
        std::count_if(headers.begin(), headers.end(), [&](const auto& one) { return one.first == name; }));
}

std::string Seen::summary() const {
    if (command != "ERROR") return command;
    const std::string text = header("message").value_or(body.substr(0, body.find('\n')));
    return "ERROR: " + text.substr(0, 160);
}

std::string raw_frame(std::string_view command, const std::vector<std::string>& lines,
                      std::string_view body) {
    std::string out(command);
    out += '\n';
    for (const auto& line : lines) (out += line) += '\n';
    out += '\n';
    out += body;
    return out += '\0';
}

void Client::text(std::string_view octets) { texts({std::string(octets)}); }

void Client::texts(const std::vector<std::string>& parts) {
    if (sockjs_) return wire_->send(bench::Opcode::kText, array_of(parts));
    for (const auto& part : parts) wire_->send(bench::Opcode::kText, part);
}

void Client::binary(std::string_view octets) {
    if (sockjs_) throw NotApplicable{"SockJS carries text only"};
    wire_->send(bench::Opcode::kBinary, octets);
}

std::optional<Seen> Client::next(std::chrono::milliseconds patience) {
    const Time until = std::min(std::chrono::steady_clock::now() + patience, deadline_);
    while (seen_.empty())
        if (!read(until)) return std::nullopt;
    Seen first = std::move(seen_.front());
    seen_.pop_front();
    return first;
}

std::optional<Ended> Client::end(std::chrono::milliseconds patience) {
    const Time until = std::min(std::chrono::steady_clock::now() + patience, deadline_);
    while (read(until)) {
    }
    return sockjs_end_ ? sockjs_end_ : wire_->ended();
}

bool Client::read(Time until) {
    const auto message = wire_->receive(until);
    if (!message) return false;
    if (sockjs_)
        decode_sockjs(*message);
    else
        decode(message->payload, *message);
    return true;
}

void Client::decode_sockjs(const WireMessage& message) {
    const std::string& text = message.payload;
    const Json array = Json::parse(text.empty() ? "" : text.substr(1), nullptr, false);
    if (text == "o") {
        opened_ = true;
    } else if (text.starts_with('a') && array.is_array() && opened_) {
        for (const auto& part : array)
            if (part.is_string()) decode(part.get<std::string>(), {part.get<std::string>(), false});
    } else if (text.starts_with('c') && array.is_array() && array.size() == 2) {
        sockjs_end_ = Ended{array[0].get<int>(), array[1].get<std::string>()};
    } else if (text != "h") {
        throw Wrong{"a frame of SockJS: o, h, a[…] or c[…]", text.substr(0, 40)};
    }
}

void Client::decode(const std::string& octets, const WireMessage& message) {
    rest_ += octets;
    std::string_view view = rest_;
    while (true) {
        const auto beats = view.substr(0, std::min(view.find_first_not_of("\r\n"), view.size()));
        beats_ += static_cast<int>(std::count(beats.begin(), beats.end(), '\n'));
        view.remove_prefix(beats.size());
        bench::FrameView frame;
        const auto state = view.empty() ? bench::ReadState::kNeedMore : bench::read_frame(view, frame);
        if (state == bench::ReadState::kNeedMore) break;
        if (state == bench::ReadState::kBroken) throw Wrong{"STOMP frames", "octets that are none"};
        seen_.push_back({std::string(frame.command), headers_of(frame), std::string(frame.body),
                         std::string(frame.head), message.binary, message.payload});
    }
    rest_ = std::string(view);
}

FrameHeaders Client::headers_of(const bench::FrameView& frame) const {
    FrameHeaders headers;
    const bool plain = version_ == "1.0" || frame.command == "CONNECTED";
    std::string_view rest = frame.head;
    while (!rest.empty()) {
        const auto end = std::min(rest.find('\n'), rest.size());
        std::string line(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (line.ends_with('\r')) line.pop_back();
        if (line.empty()) continue;
        const auto colon = line.find(':');
        if (colon == std::string::npos || colon == 0)
            throw Wrong{"headers with a name and a colon in what the broker sends", "another line"};
        const std::string name = line.substr(0, colon), value = line.substr(colon + 1);
        if (plain)
            headers.emplace_back(name, value);
        else
            headers.emplace_back(unescaped(name), unescaped(value));
    }
    return headers;
}

Seen Client::wants(std::string_view command) {
    auto frame = next();
    if (frame && frame->command == command) return std::move(*frame);
    const std::string expected(command);
    if (frame) throw Wrong{expected, frame->summary()};
    if (const auto how = sockjs_end_ ? sockjs_end_ : wire_->ended())
        throw Wrong{expected, "the end of the connection, " + std::to_string(how->code)};
    throw Wrong{expected, "nothing"};
}

void Client::subscribes(const std::string& destination, const std::string& id, FrameHeaders more) {
    FrameHeaders headers{{"destination", destination}, {"id", id}, {"receipt", "subscribed-" + id}};
    headers.insert(headers.end(), more.begin(), more.end());
    does(bench::encode_frame("SUBSCRIBE", headers), "subscribed-" + id);
}

Seen Client::does(std::string_view octets, std::string_view receipt) {
    text(octets);
    Seen answer = wants("RECEIPT");
    if (answer.value("receipt-id") != receipt)
        throw Wrong{"receipt-id " + std::string(receipt), answer.value("receipt-id")};
    return answer;
}

}  // namespace causeway::conformance
