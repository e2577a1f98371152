// SockJS 0.3.3: session URLs, xhr and jsonp, JSON encoding, the end of sessions under them.
#include <doctest/doctest.h>

#include "broker/net/sockjs.hpp"
#include "tests/conformance/sockjs_fixture.hpp"

using namespace causeway::test;

TEST_CASE_FIXTURE(SockJsFixture, "session URLs: any server and session, but no dots and nothing empty") {
    for (const char* const path : {"/a/a", "/_/_", "/1/1", "/abcdefgh_i-j%20/abcdefg_i-j%20"})
        CHECK(posts(std::string("/echo") + path + "/xhr").body == "o\n");
    for (const char* const path : {"//", "/a./a", "/a/a.", "/./.", "/", "///"}) {
        CHECK(gets(std::string("/echo") + path + "/xhr").status == 404);
        CHECK(posts(std::string("/echo") + path + "/xhr").status == 404);
    }
}

TEST_CASE_FIXTURE(SockJsFixture, "session URLs: the server id is ignored") {
    CHECK(posts("/echo/000/ignoring/xhr").body == "o\n");
    CHECK(posts("/echo/111/ignoring/xhr_send", R"(["a"])").status == 204);
    CHECK(posts("/echo/999/ignoring/xhr").body == "a[\"a\"]\n");
}

TEST_CASE_FIXTURE(SockJsFixture, "xhr: open, send, receive") {
    const std::string url = session();
    const auto opened = posts(url + "/xhr");
    CHECK(opened.status == 200);
    CHECK(opened.body == "o\n");
    CHECK(opened.header("content-type") == "application/javascript; charset=UTF-8");
    CHECK(opened.header("cache-control") == "no-store, no-cache, must-revalidate, max-age=0");
    CHECK(opened.header("access-control-allow-origin") == "*");

    const auto sent = posts(url + "/xhr_send", R"(["x"])");
    CHECK(sent.status == 204);
    CHECK(sent.header("content-type") == "text/plain; charset=UTF-8");
    CHECK(posts(url + "/xhr").body == "a[\"x\"]\n");
    CHECK(posts("/echo/000/bad_session/xhr_send", R"(["a"])").status == 404);
}

TEST_CASE_FIXTURE(SockJsFixture, "xhr: a poll that finds nothing waits, and gets what comes") {
    const std::string url = session();
    CHECK(posts(url + "/xhr").body == "o\n");
    HttpConnection poll(port());
    poll.requests("POST", url + "/xhr");
    settles(url);
    CHECK_FALSE(poll.hears_something(std::chrono::milliseconds(50)));
    CHECK(posts(url + "/xhr_send", R"(["later"])").status == 204);
    CHECK(poll.answer().body == "a[\"later\"]\n");
}

TEST_CASE_FIXTURE(SockJsFixture, "xhr: broken and missing payloads are refused, and harm nothing") {
    const std::string url = session();
    CHECK(posts(url + "/xhr").body == "o\n");
    const auto broken = posts(url + "/xhr_send", R"(["x)");
    CHECK(broken.status == 500);
    CHECK(broken.body.find("Broken JSON encoding.") != std::string::npos);
    const auto empty = posts(url + "/xhr_send");
    CHECK(empty.status == 500);
    CHECK(empty.body.find("Payload expected.") != std::string::npos);
    CHECK(posts(url + "/xhr_send", R"(["a"])").status == 204);
    CHECK(posts(url + "/xhr").body == "a[\"a\"]\n");
}

TEST_CASE_FIXTURE(SockJsFixture, "xhr: the content type of what is sent does not matter, and frames join") {
    const std::string url = session();
    CHECK(posts(url + "/xhr").body == "o\n");
    for (const char* const type :
         {"text/plain", "T", "application/json", "", "application/json; charset=utf-8", "text/xml"})
        CHECK(posts(url + "/xhr_send", R"(["a"])", {{"Content-Type", type}}).status == 204);
    CHECK(posts(url + "/xhr").body == "a[\"a\",\"a\",\"a\",\"a\",\"a\",\"a\"]\n");
}

TEST_CASE_FIXTURE(SockJsFixture, "xhr: a second poll is told to go, and the first goes on") {
    const std::string url = session();
    CHECK(posts(url + "/xhr").body == "o\n");
    HttpConnection first(port());
    first.requests("POST", url + "/xhr");
    settles(url);
    CHECK_FALSE(first.hears_something(std::chrono::milliseconds(50)));
    CHECK(posts(url + "/xhr").body == "c[2010,\"Another connection still open\"]\n");
    CHECK(posts(url + "/xhr_send", R"(["x"])").status == 204);
    CHECK(first.answer().body == "a[\"x\"]\n");
}

TEST_CASE_FIXTURE(SockJsFixture, "xhr: after the service closed, every poll hears why") {
    const std::string url = session("/close");
    CHECK(posts(url + "/xhr").body == "o\n");
    CHECK(posts(url + "/xhr").body == "c[3000,\"Go away!\"]\n");
    CHECK(posts(url + "/xhr").body == "c[3000,\"Go away!\"]\n");
}

TEST_CASE_FIXTURE(SockJsFixture, "xhr: a poll that breaks off ends the session") {
    const std::string url = session();
    CHECK(posts(url + "/xhr").body == "o\n");
    HttpConnection first(port());
    first.requests("POST", url + "/xhr");
    settles(url);
    CHECK_FALSE(first.hears_something(std::chrono::milliseconds(50)));
    first.closes();
    CHECK(eventually([&] {
        const std::string body = posts(url + "/xhr").body;
        return body == "o\n" || body == "c[1002,\"Connection interrupted\"]\n";
    }));
}

TEST_CASE_FIXTURE(SockJsFixture, "jsonp: frames are calls of the named function") {
    const std::string url = session();
    const auto opened = gets(url + "/jsonp?c=%63allback");
    CHECK(opened.header("content-type") == "application/javascript; charset=UTF-8");
    CHECK(opened.body == "callback(\"o\");\r\n");
    const Headers form{{"Content-Type", "application/x-www-form-urlencoded"}};
    const auto sent = posts(url + "/jsonp_send", "d=%5B%22x%22%5D", form);
    CHECK(sent.status == 200);
    CHECK(sent.body == "ok");
    CHECK(sent.header("content-type") == "text/plain; charset=UTF-8");
    CHECK(posts(url + "/jsonp_send", R"(["%61bc"])", {{"Content-Type", "text/plain"}}).body == "ok");
    CHECK(gets(url + "/jsonp?c=callback").body == "callback(\"a[\\\"x\\\",\\\"%61bc\\\"]\");\r\n");
}

TEST_CASE_FIXTURE(SockJsFixture, "jsonp: a callback is needed, and must be a name") {
    CHECK(gets("/echo/a/a/jsonp").status == 500);
    CHECK(gets("/echo/a/a/jsonp").body.find("\"callback\" parameter required") != std::string::npos);
    CHECK(gets("/echo/a/a/jsonp?c=alert(1)").status == 500);
    CHECK(gets("/echo/a/a/jsonp?c=alert(1)").body.find("alert") == std::string::npos);
    CHECK(gets("/echo/a/a/htmlfile").body.find("\"callback\" parameter required") != std::string::npos);
    CHECK(gets("/echo/a/a/htmlfile?c=%3Cscript%3E").status == 500);
}

TEST_CASE_FIXTURE(SockJsFixture, "jsonp: broken and missing payloads are refused") {
    const std::string url = session();
    const Headers form{{"Content-Type", "application/x-www-form-urlencoded"}};
    CHECK(gets(url + "/jsonp?c=x").body == "x(\"o\");\r\n");
    CHECK(posts(url + "/jsonp_send", "d=%5B%22x", form).body.find("Broken JSON encoding.") !=
          std::string::npos);
    for (const char* const body : {"", "d=", "p=p"}) {
        const auto refused = posts(url + "/jsonp_send", body, form);
        CHECK(refused.status == 500);
        CHECK(refused.body.find("Payload expected.") != std::string::npos);
    }
    CHECK(posts(url + "/jsonp_send", "d=%5B%22b%22%5D", form).body == "ok");
    CHECK(gets(url + "/jsonp?c=x").body == "x(\"a[\\\"b\\\"]\");\r\n");
}

TEST_CASE_FIXTURE(SockJsFixture, "JSON: what browsers mangle travels escaped") {
    const std::string url = session();
    CHECK(posts(url + "/xhr").body == "o\n");
    CHECK(posts(url + "/xhr_send", R"(["\u0001\u200c\u2028\u2060\ufff0\uffff"])").status == 204);
    CHECK(posts(url + "/xhr").body == "a[\"\\u0001\\u200c\\u2028\\u2060\\ufff0\\uffff\"]\n");
    CHECK(posts(url + "/xhr_send", "[\"\\ud83d\\ude00 \xc3\xa9\"]").status == 204);
    CHECK(posts(url + "/xhr").body.substr(0, 3) == "a[\"");
}

TEST_CASE("a session without a poll is gone after its delay") {
    SockJsServer::Options options;
    options.times.disconnect = std::chrono::milliseconds(100);
    const SockJsServer server(options);
    CHECK(ask(server.port(), "POST", "/echo/0/s/xhr").body == "o\n");
    CHECK(eventually(
        [&] { return ask(server.port(), "POST", "/echo/0/s/xhr_send", R"(["a"])").status == 404; }));
    CHECK(ask(server.port(), "POST", "/echo/0/s/xhr").body == "o\n");
}

TEST_CASE("heart-beats end polls") {
    SockJsServer::Options options = SockJsFixture::unhurried();
    options.times.heartbeat = std::chrono::milliseconds(150);
    const SockJsServer server(options);
    CHECK(ask(server.port(), "POST", "/echo/0/s/xhr").body == "o\n");
    CHECK(ask(server.port(), "POST", "/echo/0/s/xhr").body == "h\n");
}
