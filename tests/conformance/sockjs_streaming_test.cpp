// SockJS 0.3.3: xhr_streaming, eventsource, htmlfile; HTTP/1.0 and 1.1 around them.
#include <doctest/doctest.h>

#include "tests/conformance/sockjs_fixture.hpp"

using namespace causeway::test;

TEST_CASE_FIXTURE(SockJsFixture, "xhr_streaming: a prelude, then frames as they come") {
    const std::string url = session();
    HttpConnection stream(port());
    stream.requests("POST", url + "/xhr_streaming");
    const auto head = stream.answer();
    CHECK(head.status == 200);
    CHECK(head.header("content-type") == "application/javascript; charset=UTF-8");
    CHECK(head.header("transfer-encoding") == "chunked");
    CHECK(head.header("content-length") == "");
    CHECK(head.header("cache-control") == "no-store, no-cache, must-revalidate, max-age=0");
    CHECK(stream.chunk() == std::string(2048, 'h') + "\n");
    CHECK(stream.chunk() == "o\n");
    CHECK(posts(url + "/xhr_send", R"(["x"])").status == 204);
    CHECK(stream.chunk() == "a[\"x\"]\n");
}

TEST_CASE_FIXTURE(SockJsFixture, "streams end at their limit, and the session goes on") {
    const std::pair<const char*, std::string> kStreams[] = {
        {"/eventsource", "data: a[\"" + std::string(4096, 'x') + "\"]\r\n\r\n"},
        {"/htmlfile?c=callback",
         "<script>\np(\"a[\\\"" + std::string(4096, 'x') + "\\\"]\");\n</script>\r\n"}};
    for (const auto& [transport, frame] : kStreams) {
        const std::string url = session();
        HttpConnection stream(port());
        stream.requests("GET", url + transport);
        CHECK(stream.answer().status == 200);
        (void)stream.chunk();
        CHECK(stream.chunk().find('o') != std::string::npos);
        CHECK(posts(url + "/xhr_send", "[\"" + std::string(4096, 'x') + "\"]").status == 204);
        CHECK(stream.chunk() == frame);
        CHECK(stream.chunk().empty());
        CHECK(posts(url + "/xhr_send", R"(["on"])").status == 204);
        CHECK(posts(url + "/xhr").body == "a[\"on\"]\n");
    }
}

TEST_CASE_FIXTURE(SockJsFixture,
                  "xhr_streaming: many small frames reach the limit, too, and the connection is kept") {
    const std::string url = session();
    HttpConnection stream(port());
    stream.requests("POST", url + "/xhr_streaming");
    (void)stream.answer();
    (void)stream.chunk();
    CHECK(stream.chunk() == "o\n");
    const std::string message = '"' + std::string(128, 'x') + '"';
    for (int i = 0; i < 31; ++i) {
        CHECK(posts(url + "/xhr_send", '[' + message + ']').status == 204);
        CHECK(stream.chunk() == "a[" + message + "]\n");
    }
    CHECK(stream.chunk().empty());
    stream.requests("GET", "/echo");
    CHECK(stream.answer().body == "Welcome to SockJS!\n");
}

TEST_CASE_FIXTURE(SockJsFixture, "eventsource: each frame is an event") {
    const std::string url = session();
    HttpConnection stream(port());
    stream.requests("GET", url + "/eventsource");
    const auto head = stream.answer();
    CHECK(head.header("content-type") == "text/event-stream; charset=UTF-8");
    CHECK(head.header("cache-control") == "no-store, no-cache, must-revalidate, max-age=0");
    CHECK(stream.chunk() == "\r\n");
    CHECK(stream.chunk() == "data: o\r\n\r\n");
    CHECK(posts(url + "/xhr_send", R"(["  \u0000\n\r "])").status == 204);
    CHECK(stream.chunk() == "data: a[\"  \\u0000\\n\\r \"]\r\n\r\n");
}

TEST_CASE_FIXTURE(SockJsFixture, "htmlfile: each frame is a script that calls the page") {
    const std::string url = session();
    HttpConnection stream(port());
    stream.requests("GET", url + "/htmlfile?c=%63allback");
    CHECK(stream.answer().header("content-type") == "text/html; charset=UTF-8");
    const std::string prelude = stream.chunk();
    CHECK(prelude.size() > 1024);
    CHECK(prelude.find("var c = parent.callback;") != std::string::npos);
    CHECK(stream.chunk() == "<script>\np(\"o\");\n</script>\r\n");
    CHECK(posts(url + "/xhr_send", R"(["x</script>"])").status == 204);
    CHECK(stream.chunk() == "<script>\np(\"a[\\\"x\\u003c/script>\\\"]\");\n</script>\r\n");
}

TEST_CASE_FIXTURE(SockJsFixture, "closing: streams hear why and end, those that come later as well") {
    const std::string url = session("/close");
    for (int i = 0; i < 2; ++i) {
        HttpConnection stream(port());
        stream.requests("POST", url + "/xhr_streaming");
        (void)stream.answer();
        (void)stream.chunk();
        if (i == 0) CHECK(stream.chunk() == "o\n");
        CHECK(stream.chunk() == "c[3000,\"Go away!\"]\n");
        CHECK(stream.chunk().empty());
    }
}

TEST_CASE_FIXTURE(SockJsFixture, "a second stream is told to go; a stream that breaks off ends the session") {
    const std::string url = session();
    HttpConnection first(port());
    first.requests("POST", url + "/xhr_streaming");
    (void)first.answer();
    (void)first.chunk();
    CHECK(first.chunk() == "o\n");
    HttpConnection second(port());
    second.requests("POST", url + "/xhr_streaming");
    (void)second.answer();
    (void)second.chunk();
    CHECK(second.chunk() == "c[2010,\"Another connection still open\"]\n");
    CHECK(second.chunk().empty());
    first.closes();
    CHECK(eventually([&] {
        HttpConnection third(port());
        third.requests("POST", url + "/xhr_streaming");
        (void)third.answer();
        (void)third.chunk();
        const std::string frame = third.chunk();
        return frame == "o\n" || frame == "c[1002,\"Connection interrupted\"]\n";
    }));
}

TEST_CASE_FIXTURE(SockJsFixture, "HTTP/1.0 gets no chunks, and the end of the connection as the end") {
    HttpConnection old(port());
    old.requests("POST", session("/close") + "/xhr_streaming", {}, {{"Connection", "Keep-Alive"}}, "1.0");
    const auto head = old.answer();
    CHECK(head.header("transfer-encoding") == "");
    CHECK(head.header("content-length") == "");
    CHECK(old.octets(2049).substr(0, 2) == "hh");
    CHECK(old.octets(2) == "o\n");
    CHECK(old.octets(19) == "c[3000,\"Go away!\"]\n");
    CHECK(old.ended());

    HttpConnection kept(port());
    for (int i = 0; i < 2; ++i) {
        kept.requests("GET", "/echo", {}, {{"Connection", "Keep-Alive"}}, "1.0");
        const auto answer = kept.answer();
        CHECK(answer.body == "Welcome to SockJS!\n");
        if (answer.header("connection") != "keep-alive") break;
    }
}

TEST_CASE_FIXTURE(SockJsFixture, "requests that wait behind a stream are answered after it") {
    const std::string url = session("/close");
    HttpConnection both(port());
    both.requests("POST", url + "/xhr_streaming");
    both.requests("GET", "/echo");
    (void)both.answer();
    while (!both.chunk().empty()) {
    }
    CHECK(both.answer().body == "Welcome to SockJS!\n");
}

TEST_CASE_FIXTURE(SockJsFixture, "a session's requests may come on every loop: a hundred messages in order") {
    const std::string url = session();
    HttpConnection stream(port());
    stream.requests("POST", url + "/xhr_streaming");
    (void)stream.answer();
    (void)stream.chunk();
    CHECK(stream.chunk() == "o\n");
    std::string got;
    std::string expected;
    HttpConnection sender(port());  // one on the same loop as the stream, or not; another each time below
    for (int i = 0; i < 100; ++i) {
        const std::string number = std::to_string(i);
        if (i % 2 == 0) {
            sender.requests("POST", url + "/xhr_send", "[\"" + number + ",\"]");
            CHECK(sender.answer().status == 204);
        } else {
            CHECK(posts(url + "/xhr_send", "[\"" + number + ",\"]").status == 204);
        }
        expected += number + ',';
    }
    while (got.size() < expected.size()) {
        std::string chunk = stream.chunk();
        if (chunk.empty()) {  // the limit
            stream.requests("POST", url + "/xhr_streaming");
            (void)stream.answer();
            (void)stream.chunk();
            continue;
        }
        for (const char c : chunk)
            if ((c >= '0' && c <= '9') || (c == ',' && !got.empty() && got.back() != ',')) got += c;
    }
    CHECK(got == expected);
}
