// SockJS 0.3.3: greeting, iframe, info, methods, CORS, caching, cookies.
#include <doctest/doctest.h>

#include "tests/conformance/sockjs_fixture.hpp"

using namespace causeway::test;

namespace {

constexpr const char* kNeverCached = "no-store, no-cache, must-revalidate, max-age=0";

void check_cors(const HttpAnswer& answer, const std::string& origin) {
    CHECK(answer.header("access-control-allow-origin") ==
          (origin.empty() || origin == "null" ? "*" : origin));
    CHECK(answer.header("access-control-allow-credentials") == "true");
}

void check_cached(const HttpAnswer& answer) {
    CHECK(answer.header("cache-control") == "public, max-age=31536000");
    CHECK(answer.header("expires") != "");
}

}  // namespace

TEST_CASE_FIXTURE(SockJsFixture, "greeting: the base URL says hello, other paths are not found") {
    for (const char* const path : {"/echo", "/echo/"}) {
        const auto answer = gets(path);
        CHECK(answer.status == 200);
        CHECK(answer.header("content-type") == "text/plain; charset=UTF-8");
        CHECK(answer.body == "Welcome to SockJS!\n");
        CHECK(answer.header("set-cookie") == "");
    }
    for (const char* const path : {"/a", "/a.html", "//", "///", "/a/a", "/a/a/", "/a/"})
        CHECK(gets(std::string("/echo") + path).status == 404);
}

TEST_CASE_FIXTURE(SockJsFixture, "iframe: the page is cacheable for a year, whatever version is asked for") {
    for (const char* const path : {"/iframe.html", "/iframe-a.html", "/iframe-.html", "/iframe-0.1.2.html",
                                   "/iframe-0.1.2abc-dirty.2144.html", "/iframe-a.html?t=1234"}) {
        const auto answer = gets(std::string("/echo") + path);
        CHECK(answer.status == 200);
        CHECK(answer.header("content-type") == "text/html; charset=UTF-8");
        CHECK(answer.body.find("SockJS.bootstrap_iframe()") != std::string::npos);
        CHECK(answer.body.find("<script src=\"/") != std::string::npos);
        CHECK(answer.header("last-modified") == "");
        check_cached(answer);
        const auto again = gets("/echo/iframe.html", {{"If-None-Match", answer.header("etag")}});
        CHECK(again.status == 304);
        CHECK(again.header("content-type") == "");
        CHECK(again.body.empty());
    }
    for (const char* const path : {"/iframe.htm", "/iframe", "/IFRAME.HTML", "/IFRAME", "/iframe.HTML",
                                   "/iframe.xml", "/iframe-/.html"})
        CHECK(gets(std::string("/echo") + path).status == 404);
}

TEST_CASE_FIXTURE(SockJsFixture,
                  "info: says what the service can, never cached, with another number each time") {
    const auto first = gets("/echo/info");
    CHECK(first.header("content-type") == "application/json; charset=UTF-8");
    CHECK(first.header("cache-control") == kNeverCached);
    CHECK(first.body.find(R"("websocket":true,"origins":["*:*"],"cookie_needed":false)") !=
          std::string::npos);
    CHECK(gets("/echo/info").body != first.body);
    check_cors(first, "");
    CHECK(gets("/disabled_websocket_echo/info").body.find(R"("websocket":false)") != std::string::npos);
    const auto cookie = gets("/cookie_needed_echo/info");
    CHECK(cookie.body.find(R"("cookie_needed":true)") != std::string::npos);
    CHECK(cookie.header("set-cookie") == "");
}

TEST_CASE_FIXTURE(SockJsFixture, "OPTIONS: every transport says its methods, for a year") {
    const std::pair<const char*, const char*> kMethods[] = {{"/echo/info", "OPTIONS, GET"},
                                                            {"/echo/abc/abc/xhr", "OPTIONS, POST"},
                                                            {"/echo/abc/abc/xhr_send", "OPTIONS, POST"},
                                                            {"/echo/abc/abc/xhr_streaming", "OPTIONS, POST"},
                                                            {"/echo/a/a/eventsource", "OPTIONS, GET"},
                                                            {"/echo/a/a/jsonp_send", "OPTIONS, POST"}};
    for (const auto& [path, methods] : kMethods)
        for (const std::string origin : {"", "test", "null"}) {
            const auto answer =
                ask(port(), "OPTIONS", path, {}, origin.empty() ? Headers{} : Headers{{"Origin", origin}});
            CHECK(answer.status == 204);
            CHECK(answer.header("access-control-allow-methods") == methods);
            CHECK(answer.header("access-control-max-age") == "31536000");
            check_cached(answer);
            check_cors(answer, origin);
        }
    const auto wrong = posts("/echo/0/0/websocket");
    CHECK(wrong.status == 405);
    CHECK(wrong.header("allow") == "OPTIONS, GET");
    CHECK(wrong.header("content-type") == "");
    CHECK(gets("/echo/0/0/xhr").status == 405);
}

TEST_CASE_FIXTURE(SockJsFixture, "CORS: headers that a page wants to send are allowed by name") {
    const auto named = posts(session() + "/xhr", {}, {{"Access-Control-Request-Headers", "a, b, c"}});
    CHECK(named.header("access-control-allow-headers") == "a, b, c");
    CHECK(posts(session() + "/xhr").header("access-control-allow-headers") == "");
}

TEST_CASE_FIXTURE(SockJsFixture, "cookies: JSESSIONID is set where one is needed, and echoed") {
    for (const char* const transport : {"/xhr", "/xhr_streaming"})
        CHECK(posts(session("/cookie_needed_echo") + transport).header("set-cookie") ==
              "JSESSIONID=dummy; path=/");
    for (const char* const transport : {"/eventsource", "/htmlfile?c=callback", "/jsonp?c=callback"})
        CHECK(gets(session("/cookie_needed_echo") + transport).header("set-cookie") ==
              "JSESSIONID=dummy; path=/");
    const auto echoed =
        posts(session("/cookie_needed_echo") + "/xhr", {}, {{"Cookie", "a=b; JSESSIONID=abcdef; c=d"}});
    CHECK(echoed.header("set-cookie") == "JSESSIONID=abcdef; path=/");
    CHECK(posts(session() + "/xhr").header("set-cookie") == "");
}

TEST_CASE_FIXTURE(SockJsFixture, "websocket: what is no upgrade is refused") {
    const auto answer = gets("/echo/0/0/websocket");
    CHECK(answer.status == 400);
    CHECK(answer.body.find("Can \"Upgrade\" only to \"WebSocket\".") != std::string::npos);
    CHECK(gets("/disabled_websocket_echo/0/0/websocket", {{"Upgrade", "websocket"},
                                                          {"Connection", "Upgrade"},
                                                          {"Sec-WebSocket-Version", "13"},
                                                          {"Sec-WebSocket-Key", "x3JJHMbDL1EzLkh9GBhXDw=="}})
              .status == 404);
}
