#include "bridge/stream_api.hpp"

#include <doctest/doctest.h>

#include "bridge/stream_cover.hpp"

using namespace causeway::bridge;

TEST_CASE("what a stream confirms") {
    const auto ack = std::get<PubAck>(read_pub_ack(R"({"stream":"EV","seq":7,"duplicate":true})"));
    CHECK(ack.stream == "EV");
    CHECK(ack.sequence == 7);
    CHECK(ack.duplicate);
    const auto fault = std::get<ApiFault>(read_pub_ack(
        R"({"error":{"code":400,"err_code":10054,"description":"too\r\nbig"},"stream":"EV","seq":0})"));
    CHECK(fault.message_impossible());
    CHECK(fault.text == "too  big");
}

TEST_CASE("what is no answer of JetStream confirms nothing") {
    for (const char* text :
         {"", "x", "[]", "null", "{}", R"({"stream":"EV"})", R"({"stream":"EV","seq":-1})",
          R"({"stream":"EV","seq":0})", R"({"stream":7,"seq":1})", R"({"stream":"EV","seq":"1"})",
          R"({"error":1,"stream":"EV","seq":1})", R"({"stream":"EV","seq":1)", "\xff"}) {
        CAPTURE(text);
        CHECK(std::holds_alternative<ApiFault>(read_pub_ack(text)));
        CHECK(std::holds_alternative<ApiFault>(read_stream_names(text)));
        CHECK(std::holds_alternative<ApiFault>(read_stream_info(text)));
        CHECK(std::holds_alternative<ApiFault>(read_consumer_info(text)));
    }
    CHECK(std::holds_alternative<ApiFault>(read_pub_ack(std::string(100'000, '['))));
}

TEST_CASE("a name that would be another subject of the API is no stream's") {
    const auto names =
        std::get<0>(read_stream_names(R"({"total":4,"streams":["A","B.C","D\r\nPUB x 0","E >",7,""]})"));
    CHECK(names == std::vector<std::string>{"A"});
    CHECK(as_name("web-1") == "web-1");
    CHECK(as_name("a.b c>") == "a=2Eb=20c=3E");
    CHECK(as_name("a=2Eb") != as_name("a.b"));
    CHECK(is_stream_name(as_name("a.b/c\r\n*")));
}

TEST_CASE("the place of a delivery is in its reply subject") {
    const auto place = read_ack_subject("$JS.ACK.EV.cw.2.17.5.1795270609008775361.0").value();
    CHECK(place.stream == "EV");
    CHECK(place.delivery == 2);
    CHECK(place.sequence == 17);
    CHECK(read_ack_subject("$JS.ACK.domain.account.EV.cw.1.17.5.1795270609008775361.0.x").value().sequence ==
          17);
    for (const char* text : {"", "$JS.ACK", "_INBOX.a", "$JS.ACK.EV.cw.1.0.5.1.0", "$JS.ACK.EV.cw.1.x.5.1.0",
                             "$JS.ACK.EV.cw.1.18446744073709551616.5.1.0", "$JS.FC.EV.cw.1.17.5.1.0",
                             "$JS.ACK..cw.1.17.5.1.0", "$JS.ACK.a.b.c.d.e.f.g.h.i.j.k.l.m"})
        CHECK_FALSE(read_ack_subject(text));
    CHECK(negative_ack(std::chrono::milliseconds(5)) == "-NAK {\"delay\":5000000}");
}

TEST_CASE("patterns within one another, and what two have in common") {
    CHECK(subject_matches("business.>", "business.a.b"));
    CHECK_FALSE(subject_matches("business.>", "business"));
    CHECK(subject_matches("*.a", "x.a"));
    CHECK(pattern_within("business.*", "business.>"));
    CHECK_FALSE(pattern_within("business.>", "business.*"));
    CHECK(pattern_within("business.>", ">"));
    CHECK_FALSE(pattern_within("*", "a"));
    CHECK(pattern_of_both("business.>", "*.order") == "business.order");
    CHECK(pattern_of_both("business.>", "*.order.>") == "business.order.>");
    CHECK(pattern_of_both("business.*.x", "*.order.>") == "business.order.x");
    CHECK(pattern_of_both("business.>", "business.>") == "business.>");
    CHECK(pattern_of_both("business.>", ">") == "business.>");
    CHECK_FALSE(pattern_of_both("business.>", "communication.>"));
    CHECK_FALSE(pattern_of_both("business.>", "business"));
    CHECK_FALSE(pattern_of_both("a.*", "a.b.c"));
}

TEST_CASE("where a stream has got is known for that stream, not for the next of its name") {
    StreamCover cover;
    CHECK(cover.last_delivered("EV", "monday") == 0);
    cover.delivered("EV", 7);
    cover.delivered("EV", 5);
    cover.delivered("OTHER", 9);
    CHECK(cover.last_delivered("EV", "monday") == 7);
    CHECK(cover.last_delivered("EV", "tuesday") == 0);
    cover.replace({{"EV", {"a.>"}, "a.b.>"}});
    CHECK(cover.covers("a.b.c"));
    CHECK_FALSE(cover.covers("a.c.c"));
}
