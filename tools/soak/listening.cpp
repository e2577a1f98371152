#include "tools/soak/listening.hpp"

#include <algorithm>

#include "tools/bench/marker.hpp"
#include "tools/soak/talk.hpp"

namespace causeway::soak {

void Listening::add(std::uint64_t client, Place place, std::uint64_t conversation) {
    Listener listener{first_ + listeners_.size(), client, place, conversation, false, false, 0, 0, {}};
    recorder_.record({Fact::kListener, {listener.number, static_cast<std::uint64_t>(place), conversation}});
    of_client_[client].push_back(listeners_.size());
    listeners_.push_back(std::move(listener));
}

void Listening::forget() {
    first_ += listeners_.size();
    listeners_.clear();
    of_client_.clear();
    placed_ = 0;
}

void Listening::resume(std::uint64_t client) {
    for (const std::size_t i : of_client_[client]) subscribe(listeners_[i]);
}

void Listening::subscribe(const Listener& listener) {
    const std::string id = std::to_string(listener.number - first_);
    bench::FrameHeaders headers{
        {"id", "s" + id},
        {"destination", "/topic/conversation/" + conversation_id(plan_, listener.conversation)},
        {"receipt", "s" + id},
        {"resume-after", std::to_string(listener.place == Place::kDevice ? 0 : listener.offset)}};
    if (listener.place == Place::kDevice) {
        headers.emplace_back("resume", "device");
        headers.emplace_back("ack", listener.conversation % 2 == 0 ? "client" : "client-individual");
    } else if (!listener.epoch.empty()) {
        headers.emplace_back("epoch", listener.epoch);
    }
    swarm_.send(swarm_.client(listener.client), bench::encode_frame("SUBSCRIBE", headers));
}

void Listening::on_closed(std::uint64_t client) {
    for (const std::size_t i : of_client_[client]) {
        placed_ -= listeners_[i].placed;
        listeners_[i].placed = false;
    }
}

void Listening::on_receipt(std::string_view listener, const bench::FrameView& frame) {
    const std::uint64_t i = number_of(listener);
    if (i >= listeners_.size()) return;
    Listener& placed = listeners_[i];
    placed_ += !placed.placed;
    placed.placed = true;
    placed.wanted = number_of(frame.header("last"));
    if (frame.header("recovered") == "false" && placed.placed_once)
        recorder_.record({Fact::kNotRecovered, {placed.number}});
    placed.placed_once = true;
    placed.epoch = frame.header("epoch");
}

bool Listening::on_message(std::uint64_t client, const bench::FrameView& frame) {
    const std::string_view id = frame.header("subscription");
    if (id.empty() || id[0] != 's' || frame.header("offset").empty()) return false;
    const std::uint64_t i = number_of(id.substr(1));
    if (i >= listeners_.size() || listeners_[i].client != client) return false;
    Listener& listener = listeners_[i];
    const std::uint64_t offset = number_of(frame.header("offset"));
    const auto marker = bench::find_marker(frame.body);
    const bool ours = marker && marker->run == plan_.run && marker->flow == listener.conversation;
    recorder_.record(
        {Fact::kReceived,
         {listener.number, ours ? marker->number : kForeign, offset, number_of(frame.header("sequence")),
          frame.header("redelivered") == "true" ? 1U : 0U}});
    listener.offset = std::max(listener.offset, offset);
    acknowledge(listener, frame);
    return true;
}

// Leaves with the next turn, when the journal has what is acknowledged.
void Listening::acknowledge(const Listener& listener, const bench::FrameView& frame) {
    const std::string_view ack = frame.header("ack");
    if (ack.empty()) return;
    swarm_.send(swarm_.client(listener.client), bench::encode_frame("ACK", {{"id", std::string(ack)}}));
}

bool Listening::all_read() const {
    return all_placed() && std::all_of(listeners_.begin(), listeners_.end(), [](const Listener& listener) {
               return listener.place != Place::kLog || listener.offset >= listener.wanted;
           });
}

}  // namespace causeway::soak
