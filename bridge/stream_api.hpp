// The texts of JetStream's API as far as we ask it: questions, answers, acknowledgements, and the subject
// that says where in a stream a delivered message stands. Pure functions over text; what comes from the
// network may be anything. Any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace causeway::bridge {

// What the server says went wrong, or that it said nothing we understand (code 0).
struct ApiFault {
    int code = 0;
    int number = 0;  // err_code: the kind of error
    std::string text;

    // There is no JetStream here at all, which is an answer.
    [[nodiscard]] bool no_jetstream() const;
    // This message is too big for the stream, at any time.
    [[nodiscard]] bool message_impossible() const;
    [[nodiscard]] bool not_found() const { return code == 404; }
};

struct PubAck {
    std::string stream;
    std::uint64_t sequence = 0;
    bool duplicate = false;
};
[[nodiscard]] std::variant<PubAck, ApiFault> read_pub_ack(std::string_view json);

// Which streams have subjects in common with a subject or pattern.
[[nodiscard]] std::string stream_names_question(std::string_view subject);
[[nodiscard]] std::variant<std::vector<std::string>, ApiFault> read_stream_names(std::string_view json);

struct StreamInfo {
    std::string name;
    std::vector<std::string> subjects;
    bool work_queue = false;  // who acknowledges a message takes it from the others
    std::string created;      // when; another time is another stream of that name
};
[[nodiscard]] std::variant<StreamInfo, ApiFault> read_stream_info(std::string_view json);

struct ConsumerConfig {
    std::string stream;
    std::string name;
    std::string deliver_subject;
    std::string filter;             // empty: all subjects of the stream
    std::uint64_t start_after = 0;  // deliver what follows this sequence; 0: what is stored from now on
    std::size_t most_unacked = 0;
    std::chrono::milliseconds ack_wait{0};
};
[[nodiscard]] std::string consumer_question(const ConsumerConfig& config);
// Its name, deliver_subject and filter.
[[nodiscard]] std::variant<ConsumerConfig, ApiFault> read_consumer_info(std::string_view json);

// Whether a name can stand in a subject of the API.
[[nodiscard]] bool is_stream_name(std::string_view name);
// Any text as a part of such a name: what cannot stand there, and `=`, is written as `=` and two hex digits.
[[nodiscard]] std::string as_name(std::string_view text);

struct StreamPlace {
    std::string stream;
    std::uint64_t sequence = 0;
    std::uint64_t delivery = 0;  // 1: the first
};
// Of a reply subject "$JS.ACK.…"; nothing if it is none.
[[nodiscard]] std::optional<StreamPlace> read_ack_subject(std::string_view reply);
[[nodiscard]] std::string negative_ack(std::chrono::milliseconds wait);
inline constexpr std::string_view kPositiveAck = "+ACK";

}  // namespace causeway::bridge
