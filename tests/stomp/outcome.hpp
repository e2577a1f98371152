// What a decoder made of a stream, as values that outlive it; for tests and fuzzers.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "stomp/decoder.hpp"

namespace causeway::stomp::testing {

struct SeenFrame {
    Command command = Command::kSend;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;

    bool operator==(const SeenFrame&) const = default;
};

struct Outcome {
    std::vector<SeenFrame> frames;
    std::optional<ProtocolError> error;

    bool operator==(const Outcome&) const = default;
};

inline SeenFrame copy_of(const Frame& frame) {
    SeenFrame seen{frame.command(), {}, std::string(frame.body())};
    for (const auto& [name, value] : frame.headers()) seen.headers.emplace_back(name, value);
    return seen;
}

// Feeds one piece, from memory that is gone afterwards. False once the decoder has failed.
inline bool feed(Decoder& decoder, std::string_view piece, Outcome& outcome) {
    const std::vector<char> exact(piece.begin(), piece.end());  // so that reads beyond it are seen by ASan
    decoder.feed({exact.data(), exact.size()});
    for (;;) {
        Decoded decoded = decoder.next();
        if (std::holds_alternative<NeedMore>(decoded)) return true;
        if (auto* const error = std::get_if<ProtocolError>(&decoded)) {
            outcome.error = std::move(*error);
            return false;
        }
        if (const auto* const frame = std::get_if<const Frame*>(&decoded))
            outcome.frames.push_back(copy_of(**frame));
    }
}

inline std::string printable(std::string_view text) {
    std::string shown;
    for (const char c : text) {
        switch (c) {
            case '\r':
                shown += "\\r";
                break;
            case '\n':
                shown += "\\n";
                break;
            case '\0':
                shown += "\\0";
                break;
            default:
                shown += c;
        }
    }
    return shown;
}

// Such as: SEND{destination=/a,x=y}body SEND{}; ends with !text for an error, !!text if something is too
// large.
inline std::string show(const Outcome& outcome) {
    std::string shown;
    for (const SeenFrame& frame : outcome.frames) {
        if (!shown.empty()) shown += ' ';
        shown.append(name_of(frame.command)).append("{");
        const char* separator = "";
        for (const auto& [name, value] : frame.headers) {
            shown.append(separator).append(printable(name)).append("=").append(printable(value));
            separator = ",";
        }
        shown.append("}").append(printable(frame.body));
    }
    if (outcome.error) {
        if (!shown.empty()) shown += ' ';
        shown.append(outcome.error->kind == ProtocolError::Kind::kTooLarge ? "!!" : "!")
            .append(outcome.error->text);
    }
    return shown;
}

struct Setting {
    Version version = Version::k12;
    Peer peer = Peer::kClient;
    Limits limits = {};
};

// The stream in pieces of `step` octets, after a first one of `first`.
inline Outcome decode(std::string_view stream, const Setting& setting, std::size_t first, std::size_t step) {
    Decoder decoder(setting.peer, setting.limits);
    decoder.set_version(setting.version);
    Outcome outcome;
    bool alive = feed(decoder, stream.substr(0, first), outcome);
    for (std::size_t at = first; alive && at < stream.size(); at += step)
        alive = feed(decoder, stream.substr(at, step), outcome);
    return outcome;
}

inline Outcome decode(std::string_view stream, const Setting& setting = {}) {
    return decode(stream, setting, stream.size(), stream.size());
}

}  // namespace causeway::stomp::testing
