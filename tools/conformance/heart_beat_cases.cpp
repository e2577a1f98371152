// Heart-beats. What is agreed by a broker decides what can be seen in a few seconds.
#include <algorithm>
#include <charconv>
#include <thread>

#include "tools/conformance/case.hpp"
#include "tools/conformance/verdict.hpp"

namespace causeway::conformance {

namespace {

using std::chrono::milliseconds;

constexpr long kMine = 1000;
constexpr long kLongest = 2500;  // that a run waits for

struct Offer {
    long sends = 0;
    long wants = 0;
};

Offer offer_of(const Seen& connected) {
    const std::string text = connected.value("heart-beat");
    Offer offer;
    const auto [comma, failed] = std::from_chars(text.data(), text.data() + text.size(), offer.sends);
    if (failed == std::errc() && comma != text.data() + text.size() && *comma == ',') {
        const auto [end, wrong] = std::from_chars(comma + 1, text.data() + text.size(), offer.wants);
        if (wrong == std::errc() && end == text.data() + text.size()) return offer;
    }
    throw Wrong{"heart-beat of two numbers in CONNECTED", shown(text)};
}

Offer says(Client& client, const std::string& octets) {
    client.text(octets);
    return offer_of(client.wants("CONNECTED"));
}

milliseconds agreed(long theirs, const char* what) {
    if (theirs == 0) throw NotApplicable{std::string(what) + ": the broker offers none"};
    const long interval = std::max(kMine, theirs);
    if (interval > kLongest)
        throw NotApplicable{std::string(what) + ": every " + std::to_string(interval) +
                            " ms, which is longer than this run waits"};
    return milliseconds(interval);
}

// The connection stays open and silent, but for beats, for that long.
void stays(Client& client, milliseconds time) {
    const auto frame = client.next(time);
    if (frame) throw Wrong{"silence", frame->summary()};
    if (client.wire().ended()) throw Wrong{"a connection that lives on", "a close"};
}

void bad_syntax(Stage& stage) {
    for (const char* const value : {"x", "1000", "-1,0", "a,b", "1000 ,0", "1,2,3", ""}) {
        Client client = stage.opens();
        client.text(stage.connect_frame({"accept-version:1.2", "heart-beat:" + std::string(value)}));
        try {
            stage.refused(client);
        } catch (const Wrong& wrong) {
            throw Wrong{"ERROR for heart-beat " + shown(value), wrong.got};
        }
    }
}
void huge(Stage& stage) {
    Client client = stage.opens();
    (void)says(client, stage.connect_frame({"accept-version:1.2", "heart-beat:99999999999999999999,0"}));
}
void missing(Stage& stage) {
    Client client = stage.opens();
    client.text(stage.connect_frame());
    client.wants("CONNECTED");
    stays(client, milliseconds(1500));
    holds(client.beats() <= 1, "no beats for a client that wants none", std::to_string(client.beats()));
}
void offered(Stage& stage) {
    Client client = stage.opens();
    (void)says(client, stage.connect_frame({"accept-version:1.2", "heart-beat:60000,60000"}));
}
void beats(Stage& stage) {
    Client client = stage.opens();
    const Offer offer = says(client, stage.connect_frame({"accept-version:1.2", "heart-beat:0,1000"}));
    const milliseconds every = agreed(offer.sends, "beats of the broker");
    const int before = client.beats();
    stays(client, every * 3 + milliseconds(500));
    holds(client.beats() - before >= 2, "a beat in each interval",
          std::to_string(client.beats() - before) + " in three");
}
void margin(Stage& stage) {
    Client client = stage.opens();
    const Offer offer = says(client, stage.connect_frame({"accept-version:1.2", "heart-beat:1000,0"}));
    stays(client, agreed(offer.wants, "beats of the client") * 3 / 2);
    client.does(raw_frame("SEND", {"destination:" + stage.topic(), "receipt:1"}), "1");
}
void part_is_life(Stage& stage) {
    Client client = stage.opens();
    const Offer offer = says(client, stage.connect_frame({"accept-version:1.2", "heart-beat:1000,0"}));
    const milliseconds every = agreed(offer.wants, "beats of the client");
    client.text("SEND\nreceipt:1\ndestination:" + stage.topic() + "\n\n");
    for (int i = 0; i < 8; ++i) {
        stays(client, every / 2);
        client.text("x");
    }
    client.text(std::string(1, '\0'));
    client.wants("RECEIPT");
}
void none_in_10(Stage& stage) {
    Client client = stage.opens();
    client.text(stage.connect_frame({"heart-beat:500,500"}));
    client.wants("CONNECTED");
    stays(client, milliseconds(2000));
    holds(client.beats() <= 1, "no beats in 1.0", std::to_string(client.beats()));
}
void none_before(Stage& stage) {
    Client client = stage.opens();
    stays(client, milliseconds(500));
    holds(client.beats() == 0, "no beat before CONNECTED", std::to_string(client.beats()));
}
void none_inside(Stage& stage) {
    Client client = stage.opens();
    const Offer offer = says(client, stage.connect_frame({"accept-version:1.2", "heart-beat:0,1000"}));
    const milliseconds every = agreed(offer.sends, "beats of the broker");
    const std::string topic = stage.topic();
    client.subscribes(topic, "0");
    const std::string body(60'000, '-');
    const auto until = std::chrono::steady_clock::now() + every * 3 / 2;
    while (std::chrono::steady_clock::now() < until) {
        client.text(raw_frame("SEND", {"destination:" + topic}, body));
        std::this_thread::sleep_for(milliseconds(50));
        holds(client.wants("MESSAGE").body == body, "each body as it was sent", "another body");
    }
}

constexpr auto kRule = Case::Ground::kRule;
constexpr auto kChoice = Case::Ground::kChoice;
constexpr const char* kBeating = "STOMP 1.2, Heart-beating";

// clang-format off
constexpr Case kCases[] = {
    {39, "heart-beat-syntax", "heart-beat is two numbers, or it is an ERROR before CONNECTED.", kBeating, kChoice, bad_syntax},
    {39, "huge-heart-beat", "A huge interval is taken as a long one.", kBeating, kChoice, huge},
    {39, "no-heart-beat", "No heart-beat header means 0,0: none is sent.", kBeating, kRule, missing},
    {40, "heart-beat-offer", "CONNECTED says in two numbers what the broker sends and wants.", kBeating, kRule, offered},
    {40, "beats", "The broker sends something in each agreed interval.", kBeating, kRule, beats},
    {41, "margin", "A beat that is half an interval late is forgiven.", kBeating, kRule, margin},
    {42, "part-of-a-frame", "Part of a frame is a sign of life.", kBeating, kRule, part_is_life},
    {43, "no-beats-1.0", "1.0 has no heart-beats.", "STOMP 1.0", kRule, none_in_10},
    {43, "no-beat-before-connected", "None comes before CONNECTED.", kBeating, kRule, none_before},
    {44, "no-beat-in-a-frame", "None comes within a frame.", kBeating, kRule, none_inside},
};
// clang-format on

}  // namespace

std::span<const Case> heart_beat_cases() { return kCases; }

}  // namespace causeway::conformance
