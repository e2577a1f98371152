#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "broker/routing/pattern.hpp"
#include "broker/routing/router.hpp"

using namespace causeway;
using namespace causeway::routing;

namespace {

struct Ear final : Subscription {
    using Subscription::Subscription;
    void deliver(const MessagePtr& message) override { heard.push_back(message->message_id); }
    std::vector<std::string> heard;
};

MessagePtr message(std::string destination, std::string id = "m") {
    auto made = std::make_shared<Message>();
    made->destination = std::move(destination);
    made->message_id = std::move(id);
    made->content = std::make_shared<const Content>(std::string("x"), std::string());
    return made;
}

struct Mailboxes {
    explicit Mailboxes(std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            boxes.push_back(std::make_unique<ShardMailbox>([] {}));
            shards.add(*boxes.back());
        }
    }
    std::vector<std::string> mail(std::size_t shard) {
        std::vector<Letter> letters;
        boxes[shard]->take_all(letters);
        std::vector<std::string> ids;
        for (const Letter& letter : letters) ids.push_back(std::get<MessagePtr>(letter)->message_id);
        return ids;
    }
    std::vector<std::unique_ptr<ShardMailbox>> boxes;
    Shards shards;
};

bool is_pattern(const std::string& text) { return !std::get<Pattern>(Pattern::parse(text)).is_literal(); }

}  // namespace

TEST_CASE("a message goes to each subscription once: equal destinations, patterns, overlaps") {
    Mailboxes mail(1);
    Router router(mail.shards, 0);
    Ear exact("/topic/a/b", false), again("/topic/a/b", false), one("/topic/*/b", true), rest("/topic/**", true);
    Ear dotted("/topic/a.b", false), other("/topic/a", false);
    for (Ear* ear : {&exact, &again, &one, &rest, &dotted, &other}) router.subscribe(*ear);
    router.publish(message("/topic/a/b"));
    for (const Ear* ear : {&exact, &again, &one, &rest}) CHECK(ear->heard.size() == 1);
    CHECK(dotted.heard.empty());
    CHECK(other.heard.empty());
    CHECK(router.delivered() == 4);
    for (Ear* ear : {&exact, &again, &one, &rest, &dotted, &other}) router.unsubscribe(*ear);
    router.publish(message("/topic/a/b"));
    CHECK(router.delivered() == 4);
    CHECK(router.table().destinations() == 0);
}

TEST_CASE("another shard gets a message if and only if it wants the destination") {
    Mailboxes mail(3);
    Router first(mail.shards, 0), second(mail.shards, 1), third(mail.shards, 2);
    Ear literal("/topic/a", false), pattern("/topic/>", true);
    second.subscribe(literal);
    third.subscribe(pattern);
    first.publish(message("/topic/a", "1"));
    first.publish(message("/topic/b", "2"));
    first.publish(message("/user/bob/queue/x", "3"));
    CHECK(mail.mail(1) == std::vector<std::string>{"1"});
    CHECK(mail.mail(2) == std::vector<std::string>{"1", "2"});
    CHECK(mail.mail(0).empty());

    second.unsubscribe(literal);
    third.unsubscribe(pattern);
    first.publish(message("/topic/a", "4"));
    CHECK(mail.mail(1).empty());
    CHECK(mail.mail(2).empty());
}

TEST_CASE("interest lasts until the last subscriber of a shard leaves") {
    Mailboxes mail(2);
    Router first(mail.shards, 0), second(mail.shards, 1);
    Ear a("/topic/a", false), b("/topic/a", false);
    second.subscribe(a);
    second.subscribe(b);
    second.unsubscribe(a);
    first.publish(message("/topic/a", "1"));
    CHECK(mail.mail(1) == std::vector<std::string>{"1"});
    second.unsubscribe(b);
    CHECK_FALSE(mail.shards.wanted("/topic/a"));
}

TEST_CASE("the pattern tree agrees with Pattern::matches on random patterns and destinations") {
    std::mt19937 random(20261120);
    const std::vector<std::string> words{"a", "b", "c", "*"}, tails{"**", ">", "#", "*", "a"};
    const auto pick = [&](const auto& from, std::size_t count) { return from[random() % count]; };
    for (int round = 0; round < 300; ++round) {
        Mailboxes mail(1);
        Router router(mail.shards, 0);
        std::vector<std::unique_ptr<Ear>> ears;
        for (int i = 0; i < 30; ++i) {
            std::string text = "/topic";
            for (std::size_t depth = random() % 4; depth-- > 0;)
                text += (random() % 2 ? "/" : ".") + pick(words, words.size());
            text += (random() % 2 ? "/" : ".") + pick(tails, tails.size());
            ears.push_back(std::make_unique<Ear>(text, is_pattern(text)));
            router.subscribe(*ears.back());
        }
        for (int i = 0; i < 30; i += 3) router.unsubscribe(*ears[static_cast<std::size_t>(i)]);
        std::string destination = "/topic";
        for (std::size_t depth = random() % 5; depth-- > 0;)
            destination += (random() % 2 ? "/" : ".") + pick(words, 3);
        router.publish(message(destination));
        for (std::size_t i = 0; i < ears.size(); ++i) {
            const bool expected =
                i % 3 != 0 && std::get<Pattern>(Pattern::parse(ears[i]->destination())).matches(destination);
            INFO(ears[i]->destination(), " ", destination);
            CHECK(ears[i]->heard.size() == (expected ? 1U : 0U));
        }
    }
}
