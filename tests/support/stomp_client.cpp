#include "tests/support/stomp_client.hpp"

#include <algorithm>
#include <atomic>
#include <iterator>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace causeway::test {

namespace {

using Clock = std::chrono::steady_clock;

bool has(const StompHeaders& headers, std::string_view name) {
    return std::any_of(headers.begin(), headers.end(),
                       [&](const auto& header) { return header.first == name; });
}

// STOMP 1.2, "Value Encoding"
std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '\\')
            out += "\\\\";
        else if (c == '\n')
            out += "\\n";
        else if (c == '\r')
            out += "\\r";
        else if (c == ':')
            out += "\\c";
        else
            out += c;
    }
    return out;
}

stomp::Limits generous() {
    stomp::Limits limits;
    limits.max_body = 1U << 30U;
    limits.max_header_line = limits.max_head = 1U << 20U;
    limits.max_headers = 1000;
    return limits;
}

StompFrame copy(const stomp::Frame& frame, bool binary) {
    StompFrame made;
    made.command = stomp::name_of(frame.command());
    for (const auto& [name, value] : frame.headers()) made.headers.emplace_back(name, value);
    made.body = frame.body();
    made.binary = binary;
    return made;
}

std::string describe(const StompFrame& frame) {
    std::string text = frame.command;
    for (const auto& [name, value] : frame.headers) text += "\n" + name + ":" + value;
    return text + "\n\n" + frame.body;
}

WebSocketClient::Options socket_options(const StompClient::Options& options) {
    auto made = options.socket;
    made.path = options.prefix;
    if (options.wire == StompClient::Wire::kSockJs) {
        // Server and session are the client's choice; two at once must differ.
        static std::atomic<int> sessions = 0;
        made.path += "/000/test" + std::to_string(++sessions) + "x" +
                     std::to_string(Clock::now().time_since_epoch().count()) + "/websocket";
        made.protocol.clear();
    }
    if (!options.query.empty()) made.path += "?" + options.query;
    return made;
}

}  // namespace

std::optional<std::string> StompFrame::header(std::string_view name) const {
    for (const auto& [each, value] : headers)
        if (each == name) return value;
    return std::nullopt;
}

StompClient::StompClient(std::uint16_t port, Options options)
    : wire_(options.wire),
      socket_(std::make_unique<WebSocketClient>(port, socket_options(options))),
      decoder_(std::make_unique<stomp::Decoder>(stomp::Peer::kServer, generous())) {}

StompFrame StompClient::connects(const StompHeaders& headers) {
    StompHeaders all = headers;
    if (!has(all, "accept-version")) all.emplace_back("accept-version", "1.2");
    if (!has(all, "host")) all.emplace_back("host", "localhost");
    says("CONNECT", all);
    auto answer = sees();
    if (!answer) throw std::runtime_error("no answer to CONNECT");
    if (const auto version = answer->header("version"); answer->command == "CONNECTED")
        decoder_->set_version(version == "1.2"   ? stomp::Version::k12
                              : version == "1.1" ? stomp::Version::k11
                                                 : stomp::Version::k10);
    return *answer;
}

StompFrame StompClient::logs_in(const std::string& token, StompHeaders headers) {
    headers.emplace_back("login", "jwt");
    headers.emplace_back("passcode", token);
    auto answer = connects(headers);
    if (answer.command != "CONNECTED") throw std::runtime_error("not logged in: " + describe(answer));
    return answer;
}

void StompClient::sends(std::string_view destination, std::string_view body, StompHeaders headers) {
    headers.emplace_back("destination", destination);
    says("SEND", headers, body);
}

StompFrame StompClient::sends_and_waits(std::string_view destination, std::string_view body,
                                        StompHeaders headers) {
    const std::string receipt = "r" + std::to_string(++receipts_);
    headers.emplace_back("receipt", receipt);
    sends(destination, body, std::move(headers));
    return wait_for_receipt(receipt);
}

StompFrame StompClient::subscribes(std::string_view destination, StompHeaders headers) {
    const std::string receipt = "r" + std::to_string(++receipts_);
    if (!has(headers, "id")) headers.emplace_back("id", "sub-" + std::to_string(subscriptions_++));
    headers.emplace_back("destination", destination);
    headers.emplace_back("receipt", receipt);
    says("SUBSCRIBE", headers);
    return wait_for_receipt(receipt);
}

void StompClient::unsubscribes(std::string_view id) { says("UNSUBSCRIBE", {{"id", std::string(id)}}); }

void StompClient::says(std::string_view command, const StompHeaders& headers, std::string_view body) {
    const bool plain = command == "CONNECT" || command == "STOMP";
    std::string out = std::string(command) + "\n";
    for (const auto& [name, value] : headers)
        out += plain ? name + ":" + value + "\n" : escaped(name) + ":" + escaped(value) + "\n";
    if (!body.empty() && !has(headers, "content-length"))
        out += "content-length:" + std::to_string(body.size()) + "\n";
    raw_text(out + "\n" + std::string(body) + std::string(1, '\0'));
}

void StompClient::raw_text(std::string_view octets) {
    if (wire_ == Wire::kSockJs)
        socket_->sends(nlohmann::json::array({octets}).dump());
    else
        socket_->sends(octets);
}

std::optional<StompFrame> StompClient::sees(std::chrono::milliseconds patience) {
    const auto deadline = Clock::now() + patience;
    while (frames_.empty())
        if (!read(deadline)) return std::nullopt;
    StompFrame first = std::move(frames_.front());
    frames_.pop_front();
    return first;
}

std::string StompClient::sees_body(std::chrono::milliseconds patience) {
    const auto frame = sees(patience);
    if (!frame) throw std::runtime_error("no MESSAGE came");
    if (frame->command != "MESSAGE")
        throw std::runtime_error("instead of a MESSAGE came " + describe(*frame));
    return frame->body;
}

std::vector<StompFrame> StompClient::sees_until(const std::function<bool(const StompFrame&)>& last,
                                                std::chrono::milliseconds patience) {
    const auto deadline = Clock::now() + patience;
    std::vector<StompFrame> all;
    while (true) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
        auto frame = sees(std::max(left, std::chrono::milliseconds(0)));
        if (!frame)
            throw std::runtime_error("waited in vain after " + std::to_string(all.size()) + " frames");
        all.push_back(std::move(*frame));
        if (last(all.back())) return all;
    }
}

std::vector<StompFrame> StompClient::everything_so_far() {
    const std::string receipt = "r" + std::to_string(++receipts_);
    says("SUBSCRIBE", {{"id", receipt},
                       {"destination", "/user/queue/barrier-" + receipt},
                       {"resume-after", "0"},
                       {"receipt", receipt}});
    auto all = sees_until([&](const StompFrame& frame) { return frame.header("receipt-id") == receipt; });
    all.pop_back();
    unsubscribes(receipt);
    return all;
}

std::optional<WebSocketClose> StompClient::sees_close(std::chrono::milliseconds patience) {
    const auto deadline = Clock::now() + patience;
    while (!socket_->close() && !sockjs_close_)
        if (!read(deadline) && Clock::now() >= deadline) break;
    return sockjs_close_ ? sockjs_close_ : socket_->close();
}

StompFrame StompClient::wait_for_receipt(const std::string& receipt) {
    auto all = sees_until([&](const StompFrame& frame) {
        return frame.header("receipt-id") == receipt || frame.command == "ERROR";
    });
    StompFrame answer = std::move(all.back());
    all.pop_back();
    // What came before it is still to be looked at.
    frames_.insert(frames_.begin(), std::make_move_iterator(all.begin()), std::make_move_iterator(all.end()));
    return answer;
}

bool StompClient::read(Clock::time_point deadline) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    const auto message = socket_->sees(std::max(left, std::chrono::milliseconds(0)));
    if (!message) return false;
    if (wire_ == Wire::kSockJs)
        decode_sockjs(message->payload);
    else
        decode(message->payload, message->opcode == Opcode::kBinary);
    return true;
}

void StompClient::decode_sockjs(const std::string& frame) {
    if (frame == "o" || frame == "h" || frame.empty()) return;
    const auto json = nlohmann::json::parse(frame.substr(1));
    if (frame[0] == 'c')
        sockjs_close_ = WebSocketClose{json.at(0).get<int>(), json.at(1).get<std::string>()};
    else if (frame[0] == 'a' || frame[0] == 'm')
        for (const auto& each : frame[0] == 'a' ? json : nlohmann::json::array({json}))
            decode(each.get<std::string>(), false);
    else
        throw SocketError("SockJS: an unknown frame: " + frame);
}

void StompClient::decode(const std::string& octets, bool binary) {
    decoder_->feed(octets);
    while (true) {
        const auto next = decoder_->next();
        if (std::holds_alternative<stomp::NeedMore>(next)) break;
        if (std::holds_alternative<stomp::Beat>(next)) ++beats_;
        if (const auto* const frame = std::get_if<const stomp::Frame*>(&next))
            frames_.push_back(copy(**frame, binary));
        if (const auto* const error = std::get_if<stomp::ProtocolError>(&next))
            throw SocketError("the server's STOMP is wrong: " + error->text);
    }
    decoder_->keep_rest();
}

}  // namespace causeway::test
