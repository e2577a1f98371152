#include "tools/conformance/stage.hpp"

#include "tools/conformance/verdict.hpp"

namespace causeway::conformance {

Stage::Stage(const Options& options, const bench::Target& target, std::string run)
    : options_(options),
      target_(target),
      run_(std::move(run)),
      deadline_(std::chrono::steady_clock::now() + options.case_timeout) {}

Client Stage::opens(Opening opening) {
    if (options_.sockjs && opening.path.empty())
        opening.path = target_.path + "/000/" + run_ + "-" + std::to_string(++clients_) + "/websocket";
    if (options_.sockjs) opening.subprotocols.clear();
    return {std::make_unique<Wire>(target_, opening, deadline_), options_.sockjs, options_.patience,
            deadline_};
}

std::vector<std::string> Stage::credentials(bool token2) const {
    std::vector<std::string> lines{"host:" + (options_.vhost.empty() ? target_.host : options_.vhost)};
    if (!options_.login.empty()) lines.push_back("login:" + options_.login);
    const std::string& token = token2 ? options_.token2 : options_.token;
    const std::string& passcode = options_.passcode.empty() || token2 ? token : options_.passcode;
    if (!passcode.empty()) lines.push_back("passcode:" + passcode);
    return lines;
}

std::string Stage::connect_frame(const std::vector<std::string>& lines, std::string_view command) const {
    std::vector<std::string> all = credentials();
    all.insert(all.end(), lines.begin(), lines.end());
    return raw_frame(command, all);
}

Client Stage::connects(const std::string& version, const FrameHeaders& more, Opening opening) {
    Client client = opens(std::move(opening));
    std::vector<std::string> lines;
    if (version != "1.0") lines.push_back("accept-version:" + version);
    for (const auto& [name, value] : more) lines.push_back(name + ":" + value);
    client.text(connect_frame(lines));
    client.wants("CONNECTED");
    client.speaks(version);
    return client;
}

std::string Stage::topic() { return options_.destination_prefix + run_ + "." + std::to_string(++names_); }
std::string Stage::queue() { return options_.queue_prefix + run_ + "." + std::to_string(++names_); }

Seen Stage::refused(Client& client) const {
    if (!options_.strict) {  // STOMP 1.2, ERROR: the server MAY send one
        auto answer = client.next();
        if (!answer && client.ended()) return {"a close without ERROR", {}, {}, {}, false, {}};
        if (answer && answer->command == "ERROR") return *answer;
        throw Wrong{"ERROR or a close", answer ? answer->command : "nothing"};
    }
    Seen error = client.wants("ERROR");
    if (!client.end()) throw Wrong{"ERROR and a close", "ERROR, the connection stays open"};
    return error;
}

Seen Stage::refuses(std::string_view octets, const std::string& version) {
    Client client = connects(version);
    client.text(octets);
    return refused(client);
}

Seen Stage::passes(const std::vector<std::string>& lines, std::string_view body, const std::string& from,
                   const std::string& to) {
    const std::string destination = topic();
    Client receiver = connects(to);
    receiver.subscribes(destination, "0");
    Client sender = connects(from);
    std::vector<std::string> all{"destination:" + destination};
    all.insert(all.end(), lines.begin(), lines.end());
    sender.text(raw_frame("SEND", all, body));
    if (const auto trouble = sender.next(std::chrono::milliseconds(1)))
        throw Wrong{"SEND accepted", trouble->summary()};
    auto message = receiver.next();
    if (message && message->command == "MESSAGE") return *message;
    const auto trouble = sender.next(std::chrono::milliseconds(1));
    throw Wrong{"MESSAGE", trouble ? trouble->summary() : message ? message->summary() : "nothing"};
}

void same(const std::string& what, const std::string& expected, const std::string& got) {
    if (expected != got) throw Wrong{what + " " + shown(expected), shown(got)};
}

void holds(bool holds, const std::string& expected, const std::string& got) {
    if (!holds) throw Wrong{expected, got};
}

std::string shown(std::string_view octets) {
    static constexpr char kHex[] = "0123456789abcdef";
    std::string out = "\"";
    for (const char c : octets.substr(0, 80)) {
        const auto octet = static_cast<unsigned char>(c);
        if (octet >= 0x20 && octet != 0x7f)
            out += c;
        else
            ((out += "\\x") += kHex[octet >> 4]) += kHex[octet & 15];
    }
    return out += octets.size() > 80 ? "…\"" : "\"";
}

}  // namespace causeway::conformance
