#include "tests/system/tcp_client.hpp"

#include <stdexcept>

#include "tests/support/token.hpp"

namespace causeway::test {

std::uint16_t port_of(BrokerProcess& broker, const std::string& listener) {
    const std::string mark = " " + listener + "=127.0.0.1:";
    const std::string line = broker.process().wait_for_line(mark);
    return static_cast<std::uint16_t>(std::stoi(line.substr(line.find(mark) + mark.size())));
}

std::string stomp_octets(std::string_view head, std::string_view body) {
    std::string octets(head);
    if (!body.empty()) octets += "\ncontent-length:" + std::to_string(body.size());
    return octets.append("\n\n").append(body) + '\0';
}

stomp::Limits TcpClient::no_limits() {
    stomp::Limits limits;
    limits.max_body = limits.max_head = limits.max_header_line = limits.max_headers = stomp::Limits::kNone;
    return limits;
}

void TcpClient::drips(std::string_view octets) {
    for (std::size_t i = 0; i < octets.size(); ++i) socket_.send(octets.substr(i, 1));
}

StompFrame TcpClient::logs_in(const std::string& user, const std::string& accept_version) {
    const std::string versions = accept_version.empty() ? "" : "\naccept-version:" + accept_version;
    says(stomp_octets("CONNECT\nhost:x\npasscode:" + token_for(user) + versions));
    auto frame = sees();
    if (!frame || frame->command != "CONNECTED") throw std::runtime_error("no CONNECTED for " + user);
    const auto version = frame->header("version");
    decoder_.set_version(!version           ? stomp::Version::k10
                         : version == "1.1" ? stomp::Version::k11
                                            : stomp::Version::k12);
    return *std::move(frame);
}

std::optional<StompFrame> TcpClient::sees() {
    while (frames_.empty()) {
        const auto octets = socket_.receive();
        if (!octets || octets->empty()) return std::nullopt;
        decoder_.feed(*octets);
        while (true) {
            const stomp::Decoded decoded = decoder_.next();
            if (std::holds_alternative<stomp::NeedMore>(decoded)) break;
            if (const auto* error = std::get_if<stomp::ProtocolError>(&decoded))
                throw std::runtime_error(error->text);
            const auto* frame = std::get_if<const stomp::Frame*>(&decoded);
            if (frame == nullptr) continue;  // a heart-beat
            StompFrame seen{
                std::string(stomp::name_of((*frame)->command())), {}, std::string((*frame)->body())};
            for (const auto& [name, value] : (*frame)->headers()) seen.headers.emplace_back(name, value);
            frames_.push_back(std::move(seen));
        }
    }
    StompFrame frame = std::move(frames_.front());
    frames_.pop_front();
    return frame;
}

std::string TcpClient::sees_text() {
    const auto frame = sees();
    return frame ? frame->command + " " + frame->body : "end";
}

}  // namespace causeway::test
