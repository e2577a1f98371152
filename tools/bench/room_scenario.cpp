// One conversation with everybody in it: the first publisher makes it and adds the others, each subscribes
// once he is a member, and then it is a fan-out of chat messages.
#include <charconv>

#include "tools/bench/scenarios.hpp"

namespace causeway::bench {

namespace {

constexpr std::uint64_t kAddedAtOnce = 200;  // without a receipt yet

}  // namespace

RoomScenario::RoomScenario(const Options& options, Swarm& swarm)
    : FanoutScenario(options, swarm), member_(swarm.size()), here_(swarm.size()) {
    if (options.topics != 1 || !options.receipts)
        throw BadOptions("room is one conversation, made with receipts");
}

std::string RoomScenario::conversation() const { return "bench-" + std::to_string(run()); }

void RoomScenario::on_connected(Client& client) {
    here_[client.index] = true;
    if (client.index == creator()) {
        command("conversations/create", R"({"conversationId":")" + conversation() + R"("})", creator());
    } else if (member_[client.index]) {
        FanoutScenario::on_connected(client);
    }
}

// Small conversations are told who joins them: that is no message of this run, and not a damaged one either.
void RoomScenario::on_frame(Client& client, const FrameView& frame, std::uint64_t now) {
    const bool event = frame.body.find(R"("type":41)") != std::string_view::npos;
    if (frame.command != "MESSAGE" || !event || find_marker(frame.body))
        FanoutScenario::on_frame(client, frame, now);
}

void RoomScenario::command(const std::string& name, const std::string& body, std::uint64_t about) {
    swarm_.send(swarm_.client(creator()), encode_frame("SEND",
                                                       {{"destination", "/app/" + name},
                                                        {"content-type", "application/json"},
                                                        {"receipt", "member-" + std::to_string(about)}},
                                                       body));
}

void RoomScenario::add_more() {
    for (; next_to_add_ < swarm_.size() && next_to_add_ < members_ + kAddedAtOnce; ++next_to_add_)
        if (next_to_add_ != creator())
            command("conversations/add",
                    R"({"conversationId":")" + conversation() + R"(","userId":"user)" +
                        std::to_string(id_of(next_to_add_)) + R"("})",
                    next_to_add_);
}

void RoomScenario::on_receipt(Client& client, std::string_view id, std::uint64_t now) {
    constexpr std::string_view kPrefix = "member-";
    if (id.substr(0, kPrefix.size()) != kPrefix) return FanoutScenario::on_receipt(client, id, now);
    std::uint64_t who = swarm_.size();
    std::from_chars(id.data() + kPrefix.size(), id.data() + id.size(), who);
    if (who >= swarm_.size() || member_[who]) return count_misrouted();
    member_[who] = true;
    ++members_;
    if (here_[who]) FanoutScenario::on_connected(swarm_.client(who));
    add_more();
}

}  // namespace causeway::bench
