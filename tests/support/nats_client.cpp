#include "tests/support/nats_client.hpp"

#include <algorithm>
#include <sstream>
#include <utility>
#include <vector>

namespace causeway::test {

namespace {

using Clock = std::chrono::steady_clock;

std::vector<std::string> words(std::string_view line) {
    std::istringstream stream{std::string(line)};
    std::vector<std::string> all;
    for (std::string word; stream >> word;) all.push_back(word);
    return all;
}

}  // namespace

std::optional<std::string> NatsWireMessage::header(std::string_view name) const {
    const std::string start = "\r\n" + std::string(name) + ":";
    const auto at = headers.find(start);
    if (at == std::string::npos) return std::nullopt;
    const auto value = headers.find_first_not_of(' ', at + start.size());
    return headers.substr(value, headers.find("\r\n", value) - value);
}

NatsClient::NatsClient(std::uint16_t port) : socket_(Socket::connect(port)) {
    const auto info = line(Clock::now() + kPatience);
    if (!info || !info->starts_with("INFO ")) throw SocketError("NATS did not introduce itself");
    raw("CONNECT {\"verbose\":false,\"headers\":true,\"no_responders\":true,\"name\":\"test\"}\r\n");
    flush();
}

void NatsClient::subscribes(std::string_view pattern) {
    raw("SUB " + std::string(pattern) + " " + std::to_string(++subscriptions_) + "\r\n");
    flush();
}

void NatsClient::publishes(std::string_view subject, std::string_view payload, std::string_view headers) {
    std::string out;
    if (headers.empty()) {
        out = "PUB " + std::string(subject) + " " + std::to_string(payload.size()) + "\r\n";
    } else {
        const std::string block = "NATS/1.0\r\n" + std::string(headers) + "\r\n";
        out = "HPUB " + std::string(subject) + " " + std::to_string(block.size()) + " " +
              std::to_string(block.size() + payload.size()) + "\r\n" + block;
    }
    raw(out + std::string(payload) + "\r\n");
    flush();
}

std::optional<NatsWireMessage> NatsClient::sees(std::chrono::milliseconds patience) {
    const auto deadline = Clock::now() + patience;
    if (seen_.empty()) {
        while (const auto next = line(deadline)) {
            if (next->starts_with("MSG ") || next->starts_with("HMSG ")) return message(*next);
            if (*next == "PING") raw("PONG\r\n");
            if (next->starts_with("-ERR")) throw SocketError("NATS said " + *next);
        }
        return std::nullopt;
    }
    NatsWireMessage first = std::move(seen_.front());
    seen_.erase(seen_.begin());
    return first;
}

std::vector<NatsWireMessage> NatsClient::everything_so_far() {
    flush();
    return std::exchange(seen_, {});
}

void NatsClient::flush() {
    raw("PING\r\n");
    while (const auto next = line(Clock::now() + kPatience)) {
        if (*next == "PONG") return;
        if (*next == "PING") raw("PONG\r\n");
        if (next->starts_with("MSG ") || next->starts_with("HMSG ")) seen_.push_back(message(*next));
        if (next->starts_with("-ERR")) throw SocketError("NATS said " + *next);
    }
    throw SocketError("NATS does not answer");
}

bool NatsClient::fill(Clock::time_point deadline) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
    const auto bytes = socket_.receive(std::max(left, std::chrono::milliseconds(0)));
    if (!bytes) return false;
    if (bytes->empty()) throw SocketError("NATS closed the connection");
    buffer_ += *bytes;
    return true;
}

std::optional<std::string> NatsClient::line(Clock::time_point deadline) {
    std::size_t end = 0;
    while ((end = buffer_.find("\r\n")) == std::string::npos)
        if (!fill(deadline)) return std::nullopt;
    std::string found = buffer_.substr(0, end);
    buffer_.erase(0, end + 2);
    return found;
}

// MSG subject sid [reply] size, HMSG subject sid [reply] headers total
NatsWireMessage NatsClient::message(std::string_view line) {
    const auto parts = words(line);
    const std::size_t sizes = parts[0] == "HMSG" ? 2 : 1;
    const std::size_t total = std::stoul(parts.back());
    const std::size_t head = sizes == 2 ? std::stoul(parts[parts.size() - 2]) : 0;
    while (buffer_.size() < total + 2)
        if (!fill(Clock::now() + kPatience)) throw SocketError("NATS stopped within a message");
    NatsWireMessage made;
    made.subject = parts[1];
    if (parts.size() == 4 + sizes) made.reply_to = parts[3];
    made.headers = buffer_.substr(0, head);
    made.payload = buffer_.substr(head, total - head);
    buffer_.erase(0, total + 2);
    return made;
}

}  // namespace causeway::test
