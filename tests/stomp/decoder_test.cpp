// What the decoder promises its caller beside the protocol: memory, lifetimes, finality.
#include "stomp/decoder.hpp"

#include <memory>

#include "tests/stomp/sees.hpp"

namespace causeway::stomp::testing {
namespace {

const Frame& frame_of(const Decoded& decoded) {
    REQUIRE(std::holds_alternative<const Frame*>(decoded));
    return *std::get<const Frame*>(decoded);
}

bool lies_in(std::string_view part, std::string_view whole) {
    return part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size();
}

TEST_CASE("a frame that lies whole in what was fed is not copied") {
    const std::string in = "SEND\na:1\n\nbody\0SEND\nb:2\n\n\0"s;
    Decoder decoder(Peer::kClient, {});
    decoder.feed(in);
    const Frame& first = frame_of(decoder.next());
    CHECK(lies_in(first.body(), in));
    CHECK(lies_in(*first.header("a"), in));
    CHECK(decoder.memory() == 0);
    CHECK(*frame_of(decoder.next()).header("b") == "2");
    CHECK(std::holds_alternative<NeedMore>(decoder.next()));
    CHECK(decoder.memory() == 0);
}

TEST_CASE("an idle decoder holds no memory, whatever passed through it") {
    std::string many_headers = "SEND\n";
    for (int i = 0; i < 40; ++i) many_headers += "name" + std::to_string(i) + ":value\\n\n";
    many_headers += "\n\0\n"s;
    const std::string large = "SEND\n\n" + std::string(100000, 'x') + "\0"s;
    for (const std::string& in : {many_headers, large, many_headers + large}) {
        Decoder decoder(Peer::kClient, {});
        Outcome outcome;
        for (std::size_t at = 0; at < in.size(); at += 1000)
            REQUIRE(feed(decoder, in.substr(at, 1000), outcome));
        CHECK(!outcome.frames.empty());
        CHECK(decoder.memory() == 0);
    }
}

TEST_CASE("the tail after a large frame does not keep the large frame's memory") {
    for (const std::string tail : {"S", "SEND\ndestination:/topic/somewhere"}) {
        Decoder decoder(Peer::kClient, {});
        Outcome outcome;
        REQUIRE(feed(decoder, "SEND\n\n" + std::string(50000, 'x'), outcome));
        CHECK(decoder.memory() >= 50000);
        REQUIRE(feed(decoder, std::string(50000, 'x') + '\0' + tail, outcome));
        CHECK(outcome.frames.size() == 1);
        CHECK(decoder.memory() < 100);
    }
}

TEST_CASE("many frames in one piece need no more memory than one of them") {
    std::string in;
    for (int i = 0; i < 1000; ++i) in += "SEND\nheader:with\\nan escape and some length\n\n\0"s;
    Decoder decoder(Peer::kClient, {});
    decoder.feed(in);
    for (int i = 0; i < 1000; ++i) frame_of(decoder.next());
    CHECK(decoder.memory() < 200);
}

TEST_CASE("claiming a large body takes no memory") {
    Decoder decoder(Peer::kClient, {});
    Outcome outcome;
    REQUIRE(feed(decoder, "SEND\ncontent-length:200000\n\nx", outcome));
    CHECK(decoder.memory() < 100);
}

TEST_CASE("after an error there is only that error, and no memory") {
    Decoder decoder(Peer::kClient, {});
    Outcome outcome;
    REQUIRE(feed(decoder, "SEND\nhello-how-are-you:" + std::string(2000, 'x'), outcome));
    REQUIRE(!feed(decoder, "\nbroken\n", outcome));
    const ProtocolError first = *outcome.error;
    CHECK(decoder.memory() == 0);
    for (const auto& next : {"SEND\n\n\0"s, "\n"s, ""s}) {
        decoder.feed(next);
        const Decoded decoded = decoder.next();
        REQUIRE(std::holds_alternative<ProtocolError>(decoded));
        CHECK(std::get<ProtocolError>(decoded) == first);
    }
}

TEST_CASE("frames before an error are handed out first") {
    CHECK(sees("SEND\n\na\0SEND\n\nb\0oops\n\n\0"s) == "SEND{}a SEND{}b !unknown command 'oops'");
}

TEST_CASE("keep_rest() lets the caller stop before everything is decoded") {
    Decoder decoder(Peer::kClient, {});
    {
        const std::string in = "CONNECT\nlogin:me\n\n\0SEND\n\na\0SEND\ndestination:/to"s;
        decoder.feed(in);
        CHECK(frame_of(decoder.next()).command() == Command::kConnect);
        decoder.keep_rest();
    }
    CHECK(decoder.memory() > 0);
    Outcome outcome;
    REQUIRE(feed(decoder, "pic\n\nb\0"s, outcome));
    CHECK(show(outcome) == "SEND{}a SEND{destination=/topic}b");
    CHECK(decoder.memory() == 0);
}

TEST_CASE("the version set between two frames of one piece holds for the second") {
    Decoder decoder(Peer::kClient, {});
    const std::string in = "CONNECT\naccept-version:1.1\n\n\0SEND\na:\\r\n\n\0"s;
    decoder.feed(in);
    CHECK(frame_of(decoder.next()).command() == Command::kConnect);
    decoder.set_version(Version::k11);
    CHECK(std::holds_alternative<ProtocolError>(decoder.next()));
}

TEST_CASE("headers beyond those that need no allocation are found as well") {
    std::string in = "SEND\n";
    for (int i = 0; i < 64; ++i)
        in += "n" + std::to_string(i) + ":" + (i % 3 == 0 ? "\\c" : "v") + std::to_string(i) + "\n";
    in += "\n\0"s;
    Decoder decoder(Peer::kClient, {});
    decoder.feed(in);
    const Frame& frame = frame_of(decoder.next());
    CHECK(frame.headers().size() == 64);
    CHECK(frame.header("n0") == ":0");
    CHECK(frame.header("n16") == "v16");
    CHECK(frame.header("n63") == ":63");
    CHECK(!frame.header("n64"));
    CHECK(!frame.header(""));
}

TEST_CASE("a frame that is put back comes again, before what follows it, from memory of our own") {
    auto in = std::make_unique<std::string>("SEND\na:\\c\n\nbody\0SEND\nb:2\n\n\0SEND\nc"s);
    Decoder decoder(Peer::kClient, {});
    decoder.feed(*in);
    for (int i = 0; i < 2; ++i) {
        CHECK(frame_of(decoder.next()).body() == "body");
        decoder.put_back();
        in.reset();
    }
    decoder.feed(":3\n\n\0"s);  // what comes meanwhile goes to the end
    const Frame& again = frame_of(decoder.next());
    CHECK(again.body() == "body");
    CHECK(again.header("a") == ":");
    CHECK(again.headers().size() == 1);
    CHECK(frame_of(decoder.next()).header("b") == "2");
    CHECK(frame_of(decoder.next()).header("c") == "3");
    CHECK(std::holds_alternative<NeedMore>(decoder.next()));
    CHECK(decoder.memory() == 0);
}

}  // namespace
}  // namespace causeway::stomp::testing
