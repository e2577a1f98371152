// A STOMP client on a Wire, as it comes or in SockJS's arrays. It says any octets, and shows frames as they
// came, together with the WebSocket message they came in.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tools/bench/stomp_text.hpp"
#include "tools/conformance/wire.hpp"

namespace causeway::conformance {

using bench::FrameHeaders;

struct Seen {
    std::string command;
    FrameHeaders headers;  // unescaped, except of CONNECTED
    std::string body;
    std::string head;     // the header lines as they came
    bool binary = false;  // the opcode of its message
    std::string message;  // the WebSocket message that ended it

    [[nodiscard]] std::optional<std::string> header(std::string_view name) const;
    [[nodiscard]] std::string value(std::string_view name) const { return header(name).value_or(""); }
    // How many headers have that name.
    [[nodiscard]] std::size_t count(std::string_view name) const;
    // For people: the command, and what an ERROR says. Nothing in it differs from run to run.
    [[nodiscard]] std::string summary() const;
};

// A frame of these lines as they are, with its NUL.
[[nodiscard]] std::string raw_frame(std::string_view command, const std::vector<std::string>& lines,
                                    std::string_view body = {});

class Client {
public:
    Client(std::unique_ptr<Wire> wire, bool sockjs, std::chrono::milliseconds patience, Time deadline)
        : wire_(std::move(wire)), sockjs_(sockjs), patience_(patience), deadline_(deadline) {}

    // The version that was agreed: escapes are those of it.
    void speaks(std::string version) { version_ = std::move(version); }

    // One message. On SockJS: one string in an array. NotApplicable if it is not UTF-8 there.
    void text(std::string_view octets);
    // NotApplicable on SockJS.
    void binary(std::string_view octets);
    // Several strings in one array of SockJS, several messages elsewhere.
    void texts(const std::vector<std::string>& parts);
    // A frame, escaped as 1.2.
    void says(std::string_view command, const FrameHeaders& headers, std::string_view body = {}) {
        text(bench::encode_frame(command, headers, body));
    }

    // The next frame; nothing at the end of patience or of the connection.
    [[nodiscard]] std::optional<Seen> next() { return next(patience_); }
    [[nodiscard]] std::optional<Seen> next(std::chrono::milliseconds patience);
    // How the connection ended; frames before are kept for next(). Nothing: it did not.
    [[nodiscard]] std::optional<Ended> end() { return end(patience_); }
    [[nodiscard]] std::optional<Ended> end(std::chrono::milliseconds patience);
    // The connection was seen to end.
    [[nodiscard]] bool ended() const { return sockjs_end_ || wire_->ended(); }

    // The next frame is `command`, or Wrong is thrown.
    Seen wants(std::string_view command);
    // SUBSCRIBE with a receipt, and the RECEIPT for it.
    void subscribes(const std::string& destination, const std::string& id, FrameHeaders more = {});
    // Says the octets of a frame that has `receipt`; the RECEIPT for it, or Wrong.
    Seen does(std::string_view octets, std::string_view receipt);

    // Line ends between frames so far.
    [[nodiscard]] int beats() const { return beats_; }
    // SockJS: `o` came first.
    [[nodiscard]] bool opened() const { return opened_; }
    [[nodiscard]] bool sockjs() const { return sockjs_; }
    [[nodiscard]] Wire& wire() { return *wire_; }

private:
    [[nodiscard]] bool read(Time until);
    void decode_sockjs(const WireMessage& message);
    void decode(const std::string& octets, const WireMessage& message);
    [[nodiscard]] FrameHeaders headers_of(const bench::FrameView& frame) const;

    std::unique_ptr<Wire> wire_;
    bool sockjs_;
    std::chrono::milliseconds patience_;
    Time deadline_;
    std::string version_ = "1.2";
    std::string rest_;
    std::deque<Seen> seen_;
    std::optional<Ended> sockjs_end_;
    int beats_ = 0;
    bool opened_ = false;
};

}  // namespace causeway::conformance
