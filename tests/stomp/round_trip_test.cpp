// What the encoder writes, the decoder reads: random frames from a seeded generator.
#include <random>

#include "stomp/encoder.hpp"
#include "tests/stomp/sees.hpp"

namespace causeway::stomp::testing {
namespace {

class Generator {
public:
    explicit Generator(std::uint32_t seed) : random_(seed) {}

    std::size_t below(std::size_t end) { return random_() % end; }

    std::string text(std::string_view alphabet, std::size_t longest) {
        std::string made;
        for (std::size_t left = below(longest + 1); left > 0; --left)
            made += alphabet[below(alphabet.size())];
        return made;
    }

    SeenFrame frame(Command command, std::string_view alphabet) {
        SeenFrame made{command, {}, {}};
        const std::size_t headers = below(24);
        for (std::size_t i = 0; i < headers; ++i)
            made.headers.emplace_back("h" + std::to_string(i), "." + text(alphabet, 30));
        if (may_have_body(command)) made.body = text("ab\0\n\r\\:\xff"s, below(10) == 0 ? 5000 : 40);
        return made;
    }

private:
    std::mt19937 random_;
};

std::string encoded(const SeenFrame& frame, Version version) {
    std::string out;
    Encoder encoder(out, version, frame.command);
    for (const auto& [name, value] : frame.headers) encoder.header(name, value);
    encoder.finish(frame.body);
    return out;
}

// The octets that a version can express in a header.
std::string_view alphabet_of(Version version, Command command) {
    if (version == Version::k10 || !escapes_headers(command)) return "ab \\:nrc";
    return version == Version::k11 ? "ab \\:nrc\n" : "ab \\:nrc\n\r";
}

TEST_CASE("decode(encode(frame)) is the frame, for every command and version, in pieces of any size") {
    constexpr Command kFromClient[] = {Command::kSend, Command::kSubscribe, Command::kAck, Command::kConnect,
                                       Command::kStomp};
    constexpr Command kFromServer[] = {Command::kMessage, Command::kReceipt, Command::kError,
                                       Command::kConnected};
    Generator random(20261120);
    for (int round = 0; round < 3000; ++round) {
        const Version version = kAllVersions[random.below(3)];
        const Peer peer = random.below(2) == 0 ? Peer::kClient : Peer::kServer;
        std::string stream;
        Outcome expected;
        for (std::size_t left = 1 + random.below(4); left > 0; --left) {
            const Command command =
                peer == Peer::kClient ? kFromClient[random.below(5)] : kFromServer[random.below(4)];
            SeenFrame frame = random.frame(command, alphabet_of(version, command));
            stream += encoded(frame, version);
            stream.append(random.below(3), '\n');
            if (may_have_body(command))
                frame.headers.emplace_back("content-length", std::to_string(frame.body.size()));
            expected.frames.push_back(std::move(frame));
        }
        const std::size_t first = random.below(stream.size() + 1);
        const std::size_t step = 1 + random.below(stream.size());
        const Outcome seen = decode(stream, {version, peer, {}}, first, step);
        CAPTURE(round);
        REQUIRE(show(seen) == show(expected));
    }
}

TEST_CASE("no header value can make a second frame or header: random hostile values") {
    Generator random(7);
    for (int round = 0; round < 5000; ++round) {
        const Version version = kAllVersions[random.below(3)];
        const Command command = random.below(2) == 0 ? Command::kMessage : Command::kConnected;
        std::string stream;
        Encoder(stream, version, command)
            .header("a", random.text("\r\n\0\\:ab"s, 8))
            .header(random.text("\r\n\0\\:ab"s, 4), "b")
            .header("last", "1")
            .finish();
        const Outcome seen = decode(stream, {version, Peer::kServer, {}});
        CAPTURE(printable(stream));
        REQUIRE(!seen.error);
        REQUIRE(seen.frames.size() == 1);
        CHECK(seen.frames[0].headers.size() <= 4);
        CHECK(seen.frames[0].command == command);
    }
}

}  // namespace
}  // namespace causeway::stomp::testing
