#include "broker/net/send_queue.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>

using namespace causeway::net;

namespace {

// Two ends of a stream; nothing of ours reads or writes in the background.
struct Pair {
    Pair() {
        REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()) == 0);
    }
    ~Pair() {
        for (const int fd : ends)
            if (fd >= 0) ::close(fd);
    }
    std::string read_all() {
        std::string all;
        std::array<char, 65536> buffer;
        for (ssize_t n = 0; (n = ::read(ends[1], buffer.data(), buffer.size())) > 0;)
            all.append(buffer.data(), static_cast<std::size_t>(n));
        return all;
    }
    std::array<int, 2> ends{-1, -1};
};

FrameRef frame(const std::string& text) { return FrameRef::make("", text); }

}  // namespace

TEST_CASE("frames leave in the order queued and shared ones are the same octets") {
    Pair pair;
    SendQueue queue;
    const FrameRef shared = FrameRef::make("he", "llo ");
    std::string expected;
    for (int i = 0; i < 200; ++i) {  // more than one system call takes
        REQUIRE(queue.push(shared, 1 << 20));
        REQUIRE(queue.push(frame(std::to_string(i)), 1 << 20));
        expected += "hello " + std::to_string(i);
    }
    CHECK(queue.flush(pair.ends[0]) == SendQueue::Flushed::kAll);
    CHECK(queue.empty());
    CHECK(queue.written() == expected.size());
    CHECK(pair.read_all() == expected);
}

TEST_CASE("a blocked socket keeps the rest, cut anywhere, and nothing is lost or repeated") {
    Pair pair;
    SendQueue queue;
    std::string expected;
    for (int i = 0; i < 300; ++i) {
        std::string text(4'001, static_cast<char>('a' + i % 26));
        REQUIRE(queue.push(frame(text), 1 << 24));
        expected += text;
    }
    std::string got;
    int blocked = 0;
    SendQueue::Flushed flushed{};
    while ((flushed = queue.flush(pair.ends[0])) == SendQueue::Flushed::kBlocked) {
        ++blocked;
        got += pair.read_all();
    }
    got += pair.read_all();
    CHECK(flushed == SendQueue::Flushed::kAll);
    CHECK(blocked > 0);
    CHECK(got == expected);
}

TEST_CASE("what would pass the limit is refused, counting it; a single frame may be larger") {
    SendQueue queue;
    CHECK(queue.push(frame(std::string(600, 'x')), 500));
    CHECK_FALSE(queue.push(frame("y"), 500));
    CHECK(queue.bytes() == 600);
    SendQueue exact;
    CHECK(exact.push(frame(std::string(250, 'x')), 500));
    CHECK(exact.push(frame(std::string(250, 'x')), 500));
    CHECK_FALSE(exact.push(frame("y"), 500));
}

TEST_CASE("a dead socket is told as such") {
    Pair pair;
    ::close(pair.ends[1]);
    pair.ends[1] = -1;
    SendQueue queue;
    REQUIRE(queue.push(frame("x"), 10));
    CHECK(queue.flush(pair.ends[0]) == SendQueue::Flushed::kBroken);
}
