#include "broker/net/sockjs_session.hpp"

#include <doctest/doctest.h>

#include "broker/base/clock.hpp"

using namespace causeway;
using namespace causeway::net;

namespace {

// Says a last word to who does not read, as a session of STOMP does.
class User final : public TransportUser {
public:
    User(Transport& transport, int& slow) : transport_(transport), slow_(slow) {}
    void on_bytes(std::string_view) override {}
    void on_pong(std::uint32_t) override {}
    void on_deadline(Monotonic) override {}
    void on_drained() override {}
    void on_slow() override {
        ++slow_;
        transport_.close(wrap(transport_.wire(), "last word"), {4103, "slow"});
    }
    void on_gone(Gone) override {}

private:
    Transport& transport_;
    int& slow_;
};

struct SlowReader {
    SystemClock clock;
    EventLoop loop{clock};
    SockJsTimes times;
    SockJsLimits limits{.response_bytes = 1 << 20, .queue_bytes = 1000};
    std::string told;  // frames handed to requests
    int flushes_wanted = 0;
    int slow = 0;
    SockJsJoined joined;
    SockJsSession session{{loop, times, limits, joined,
                           [this](std::size_t, const SockJsParcel& parcel) {
                               for (const SockJsFrame& frame : parcel.frames) told += *frame;
                           },
                           [this] { ++flushes_wanted; }, [] {}, 1000},
                          {},
                          nullptr};

    SlowReader() { session.attach(std::make_unique<User>(session, slow)); }
    void sends(std::size_t size) { session.send(wrap(Wire::kSockJsHttp, std::string(size, 'x'))); }
};

}  // namespace

TEST_CASE("who does not read is ended at the end of the turn, not within a send, which may be of a fan-out") {
    SlowReader reader;
    reader.session.flush();
    for (int i = 0; i < 3; ++i) reader.sends(400);
    reader.sends(1);  // it would fit, but then one were missing before it
    CHECK(reader.slow == 0);
    CHECK(reader.flushes_wanted > 0);
    reader.session.flush();
    CHECK(reader.slow == 1);
    reader.session.flush();
    CHECK(reader.slow == 1);
    reader.session.on_receiver({0, 1, sockjs::Transport::kXhrStreaming});
    const std::string x(400, 'x');
    CHECK(reader.told == "oa[\"" + x + "\",\"" + x + "\",\"last word\"]c[4103,\"slow\"]");
}

TEST_CASE("one message may be larger than all that may wait") {
    SlowReader reader;
    reader.session.on_receiver({0, 1, sockjs::Transport::kXhrStreaming});
    reader.session.on_written(1);
    reader.told.clear();
    reader.sends(2000);
    reader.session.flush();
    CHECK(reader.slow == 0);
    CHECK(reader.told == "a[\"" + std::string(2000, 'x') + "\"]");
}

TEST_CASE(
    "messages that wait together are one frame, made once for all sessions in which the same ones wait") {
    const FrameRef one = wrap(Wire::kSockJsHttp, "one");
    const FrameRef two = wrap(Wire::kSockJsHttp, "two");
    SockJsJoined joined;
    const SockJsFrame both = joined.join({one, two, one}, 2);
    CHECK(*both == R"(a["one","two"])");
    CHECK(joined.join({one, two}, 2) == both);
    CHECK(*joined.join({two, one}, 2) == R"(a["two","one"])");
    CHECK(*joined.join({one, two, one}, 3) == R"(a["one","two","one"])");
    CHECK(*joined.join({one}, 1) == R"(a["one"])");
    const SockJsFrame single = joined.join({one}, 1);
    joined.end_turn();
    CHECK(joined.join({one}, 1) != single);
}
