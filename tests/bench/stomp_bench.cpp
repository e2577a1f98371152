// What a SEND costs to decode and a MESSAGE to encode. Build it in a release build; figures are per frame.
#include <benchmark/benchmark.h>

#include <string>

#include "stomp/decoder.hpp"
#include "stomp/encoder.hpp"

namespace {

using namespace causeway::stomp;

// Four headers and content-length, 128 octets of body: what stompjs sends in a chat.
std::string send_frame(std::string_view destination) {
    std::string out;
    Encoder(out, Version::k12, Command::kSend)
        .header("destination", destination)
        .header("content-type", "application/json")
        .header("receipt", "message-12345")
        .finish(std::string(128, 'x'));
    return out;
}

void decode_all(Decoder& decoder, std::string_view octets) {
    decoder.feed(octets);
    for (;;) {
        const Decoded decoded = decoder.next();
        if (std::holds_alternative<NeedMore>(decoded)) return;
        if (const auto* const frame = std::get_if<const Frame*>(&decoded)) {
            benchmark::DoNotOptimize((*frame)->header("destination"));
            benchmark::DoNotOptimize((*frame)->body());
        }
    }
}

void decode_send(benchmark::State& state) {
    const std::string frame = send_frame("/topic/conversation/4711");
    Decoder decoder(Peer::kClient, {});
    for (auto _ : state) decode_all(decoder, frame);
}
BENCHMARK(decode_send);

void decode_send_with_escape(benchmark::State& state) {
    const std::string frame = send_frame("/topic/conversation:4711");
    Decoder decoder(Peer::kClient, {});
    for (auto _ : state) decode_all(decoder, frame);
}
BENCHMARK(decode_send_with_escape);

void decode_sixteen_sends_at_once(benchmark::State& state) {
    std::string frames;
    for (int i = 0; i < 16; ++i) frames += send_frame("/topic/conversation/4711");
    Decoder decoder(Peer::kClient, {});
    for (auto _ : state) decode_all(decoder, frames);
    state.SetItemsProcessed(state.iterations() * 16);
}
BENCHMARK(decode_sixteen_sends_at_once);

void decode_send_cut_in_two(benchmark::State& state) {
    const std::string frame = send_frame("/topic/conversation/4711");
    const std::string_view octets = frame;
    Decoder decoder(Peer::kClient, {});
    for (auto _ : state) {
        decode_all(decoder, octets.substr(0, 60));
        decode_all(decoder, octets.substr(60));
    }
}
BENCHMARK(decode_send_cut_in_two);

void encode_message(benchmark::State& state) {
    const std::string body(128, 'x');
    std::string out;
    for (auto _ : state) {
        out.clear();
        Encoder(out, Version::k12, Command::kMessage)
            .header("subscription", "sub-0")
            .header("message-id", "01JD3Z8YB5TQ6M4X7K9V2N0RWC")
            .header("destination", "/topic/conversation/4711")
            .header("content-type", "application/json")
            .finish(body);
        benchmark::DoNotOptimize(out.data());
    }
}
BENCHMARK(encode_message);

}  // namespace

BENCHMARK_MAIN();
