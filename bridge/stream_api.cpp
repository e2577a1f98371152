#include "bridge/stream_api.hpp"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

namespace causeway::bridge {

namespace {

using Json = nlohmann::json;

// Error numbers of nats-server's errors.json.
constexpr int kNotEnabledForAccount = 10039;
constexpr int kNotEnabled = 10076;
constexpr int kMessageTooBig = 10054;
constexpr int kHeadersTooBig = 10097;

constexpr std::size_t kMaxNameBytes = 255;
constexpr std::size_t kMaxFaultBytes = 200;

std::string text_in(const Json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::uint64_t number_in(const Json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

int small_number_in(const Json& object, const char* key) {
    const std::uint64_t number = number_in(object, key);
    return number <= 99'999 ? static_cast<int>(number) : 0;
}

bool is_true(const Json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_boolean() && found->get<bool>();
}

// One line for people, whatever the server wrote.
std::string as_line(std::string text) {
    std::replace_if(
        text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
    if (text.size() > kMaxFaultBytes) text.resize(kMaxFaultBytes);
    return text;
}

ApiFault not_understood() { return {0, 0, "an answer that is not understood"}; }

// The object of an answer, or the fault that it tells of.
std::variant<Json, ApiFault> read(std::string_view text) {
    Json json = Json::parse(text, nullptr, false);
    if (!json.is_object()) return not_understood();
    const auto error = json.find("error");
    if (error == json.end()) return json;
    if (!error->is_object()) return not_understood();
    return ApiFault{small_number_in(*error, "code"), small_number_in(*error, "err_code"),
                    as_line(text_in(*error, "description"))};
}

std::vector<std::string> texts_in(const Json& object, const char* key) {
    std::vector<std::string> texts;
    const auto list = object.find(key);
    if (list == object.end() || !list->is_array()) return texts;
    for (const Json& item : *list)
        if (item.is_string()) texts.push_back(item.get<std::string>());
    return texts;
}

std::int64_t nanoseconds(std::chrono::milliseconds time) {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(time).count();
}

// What cannot be UTF-8 comes from nowhere but a bug, and is replaced rather than thrown about.
std::string dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

std::optional<std::uint64_t> as_number(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

bool is_name_character(char c) {
    const auto octet = static_cast<unsigned char>(c);
    return octet > 0x20 && octet != 0x7f && std::string_view(".*>/\\").find(c) == std::string_view::npos;
}

}  // namespace

bool ApiFault::no_jetstream() const { return number == kNotEnabledForAccount || number == kNotEnabled; }

bool ApiFault::message_impossible() const { return number == kMessageTooBig || number == kHeadersTooBig; }

std::variant<PubAck, ApiFault> read_pub_ack(std::string_view json) {
    const auto answer = read(json);
    if (const auto* fault = std::get_if<ApiFault>(&answer)) return *fault;
    const auto& object = std::get<Json>(answer);
    PubAck ack{text_in(object, "stream"), number_in(object, "seq"), is_true(object, "duplicate")};
    if (ack.stream.empty() || ack.sequence == 0) return not_understood();
    return ack;
}

std::string stream_names_question(std::string_view subject) {
    return dump(Json{{"subject", std::string(subject)}});
}

std::variant<std::vector<std::string>, ApiFault> read_stream_names(std::string_view json) {
    const auto answer = read(json);
    if (const auto* fault = std::get_if<ApiFault>(&answer)) return *fault;
    const auto& object = std::get<Json>(answer);
    if (!object.contains("total")) return not_understood();
    auto names = texts_in(object, "streams");
    std::erase_if(names, [](const std::string& name) { return !is_stream_name(name); });
    return names;
}

std::variant<StreamInfo, ApiFault> read_stream_info(std::string_view json) {
    const auto answer = read(json);
    if (const auto* fault = std::get_if<ApiFault>(&answer)) return *fault;
    const auto& object = std::get<Json>(answer);
    const auto config = object.find("config");
    if (config == object.end() || !config->is_object()) return not_understood();
    StreamInfo info{text_in(*config, "name"), texts_in(*config, "subjects"),
                    text_in(*config, "retention") == "workqueue", text_in(object, "created")};
    if (!is_stream_name(info.name)) return not_understood();
    return info;
}

std::string consumer_question(const ConsumerConfig& config) {
    Json consumer{{"durable_name", config.name},
                  {"deliver_subject", config.deliver_subject},
                  {"ack_policy", "explicit"},
                  {"ack_wait", nanoseconds(config.ack_wait)},
                  {"max_ack_pending", config.most_unacked},
                  {"max_deliver", -1},
                  {"replay_policy", "instant"}};
    if (!config.filter.empty()) consumer["filter_subject"] = config.filter;
    consumer["deliver_policy"] = config.start_after == 0 ? "new" : "by_start_sequence";
    if (config.start_after != 0) consumer["opt_start_seq"] = config.start_after + 1;
    return dump({{"stream_name", config.stream}, {"config", std::move(consumer)}});
}

std::variant<ConsumerConfig, ApiFault> read_consumer_info(std::string_view json) {
    const auto answer = read(json);
    if (const auto* fault = std::get_if<ApiFault>(&answer)) return *fault;
    const auto& object = std::get<Json>(answer);
    const auto config = object.find("config");
    if (config == object.end() || !config->is_object()) return not_understood();
    ConsumerConfig info;
    info.stream = text_in(object, "stream_name");
    info.name = text_in(object, "name");
    info.deliver_subject = text_in(*config, "deliver_subject");
    info.filter = text_in(*config, "filter_subject");
    if (!is_stream_name(info.name)) return not_understood();
    return info;
}

bool is_stream_name(std::string_view name) {
    return !name.empty() && name.size() <= kMaxNameBytes &&
           std::all_of(name.begin(), name.end(), is_name_character);
}

std::string as_name(std::string_view text) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    std::string name;
    for (const char c : text) {
        if (is_name_character(c) && c != '=') {
            name += c;
            continue;
        }
        const auto octet = static_cast<unsigned char>(c);
        (name += '=') += kDigits[octet >> 4U];
        name += kDigits[octet & 15U];
    }
    return name;
}

// $JS.ACK.stream.consumer.delivery.stream_seq.consumer_seq.time.pending, and from nats-server 2.10 perhaps
// $JS.ACK.domain.account.stream.….pending[.random].
std::optional<StreamPlace> read_ack_subject(std::string_view reply) {
    std::vector<std::string_view> tokens;
    for (std::size_t begin = 0; begin <= reply.size() && tokens.size() <= 12;) {
        const std::size_t end = std::min(reply.find('.', begin), reply.size());
        tokens.push_back(reply.substr(begin, end - begin));
        begin = end + 1;
    }
    if (tokens.size() < 9 || tokens.size() > 12 || tokens[0] != "$JS" || tokens[1] != "ACK")
        return std::nullopt;
    const std::size_t at = tokens.size() == 9 ? 2 : 4;
    if (tokens.size() == 10) return std::nullopt;
    const auto delivery = as_number(tokens[at + 2]);
    const auto sequence = as_number(tokens[at + 3]);
    if (!delivery || !sequence || *sequence == 0 || !is_stream_name(tokens[at])) return std::nullopt;
    return StreamPlace{std::string(tokens[at]), *sequence, *delivery};
}

std::string negative_ack(std::chrono::milliseconds wait) {
    return "-NAK {\"delay\":" + std::to_string(nanoseconds(wait)) + "}";
}

}  // namespace causeway::bridge
