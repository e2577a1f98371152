#include "bridge/stream_watch.hpp"

#include <algorithm>

namespace causeway::bridge {

namespace {

constexpr std::size_t kMostStreams = 64;
// Of one stream; beyond that all of it is delivered and what is not ours left out here.
constexpr std::size_t kMostFilters = 8;
constexpr std::size_t kMostKnown = 1024;
const std::string kApi = "$JS.API.";

}  // namespace

StreamWatch::StreamWatch(const NatsOptions& options, Tell notice, Tell problem)
    : options_(options), notice_(std::move(notice)), problem_(std::move(problem)) {}

void StreamWatch::connected() {
    known_.clear();
    heard_.clear();
    hears_advisories_ = false;
    // Nothing is delivered before the consumers are found again.
    cover_.replace({});
}

StreamWatch::Answer StreamWatch::ask(NatsConnection& connection, const std::string& subject,
                                     const std::string& body) {
    const auto reply = connection.request(kApi + subject, body);
    if (!reply) return {Asked::kSilence, {}};
    if (reply->no_responders) return {Asked::kNobody, {}};
    return {Asked::kAnswered, reply->payload};
}

Coverage StreamWatch::coverage(NatsConnection& connection, const std::string& subject) {
    if (!options_.jetstream) return Coverage::kNone;
    if (const auto found = known_.find(subject); found != known_.end()) return found->second;
    if (known_.size() >= kMostKnown) known_.clear();
    Coverage coverage = Coverage::kUnknown;
    const Answer answer = ask(connection, "STREAM.NAMES", stream_names_question(subject));
    if (answer.asked == Asked::kNobody) coverage = Coverage::kNone;
    if (answer.asked == Asked::kAnswered) {
        const auto names = read_stream_names(answer.text);
        if (const auto* fault = std::get_if<ApiFault>(&names))
            coverage = fault->no_jetstream() ? Coverage::kNone : Coverage::kUnknown;
        else
            coverage = std::get<0>(names).empty() ? Coverage::kNone : Coverage::kStream;
    }
    known_.emplace(subject, coverage);
    return coverage;
}

bool StreamWatch::look(NatsConnection& connection) {
    if (!options_.jetstream) return true;
    known_.clear();
    const Found found = find_streams(connection);
    if (!found.answered) {
        tell_once("JetStream does not answer; events are heard directly until it does");
        return false;
    }
    std::vector<StreamCover::Source> sources;
    for (const auto& stream : found.streams)
        if (!look_at(connection, stream, sources)) return false;
    if (found.jetstream && !hears_advisories_) {
        connection.hear_advisories();
        hears_advisories_ = true;
    }
    tell_of(sources, found.jetstream);
    cover_.replace(std::move(sources));
    problems_before_ = std::move(problems_);
    problems_.clear();
    return true;
}

StreamWatch::Found StreamWatch::find_streams(NatsConnection& connection) {
    Found found;
    for (const auto& pattern : options_.subscribe) {
        const Answer answer = ask(connection, "STREAM.NAMES", stream_names_question(pattern));
        if (answer.asked == Asked::kSilence) return {false, false, {}};
        if (answer.asked == Asked::kNobody) return {true, false, {}};
        const auto names = read_stream_names(answer.text);
        if (const auto* fault = std::get_if<ApiFault>(&names)) return {fault->no_jetstream(), false, {}};
        for (const auto& name : std::get<0>(names))
            if (found.streams.size() < kMostStreams) found.streams.insert(name);
    }
    return found;
}

// False: JetStream fell silent.
bool StreamWatch::look_at(NatsConnection& connection, const std::string& stream,
                          std::vector<StreamCover::Source>& sources) {
    const Answer answer = ask(connection, "STREAM.INFO." + stream, "");
    if (answer.asked != Asked::kAnswered) return false;
    const auto read = read_stream_info(answer.text);
    const auto* const info = std::get_if<StreamInfo>(&read);
    if (info == nullptr) return true;  // deleted just now
    if (info->work_queue) {
        tell_once("stream " + stream +
                  " is a work queue, which is left to its workers; its events are heard directly");
        return true;
    }
    for (const auto& filter : filters_for(*info))
        if (!consume(connection, *info, filter, sources)) return false;
    return true;
}

// One consumer without a filter where all of the stream is ours, else one for each part that is: NATS takes
// no filter that reaches beyond the stream's subjects.
std::vector<std::string> StreamWatch::filters_for(const StreamInfo& stream) const {
    std::vector<std::string> filters;
    bool all_ours = true;
    for (const auto& subject : stream.subjects)
        for (const auto& pattern : options_.subscribe)
            if (auto both = pattern_of_both(pattern, subject);
                both && !std::count(filters.begin(), filters.end(), *both))
                filters.push_back(*std::move(both));
    for (const auto& subject : stream.subjects)
        all_ours = all_ours && std::count(filters.begin(), filters.end(), subject) > 0;
    if (all_ours || filters.size() > kMostFilters) return {""};
    return filters;
}

bool StreamWatch::is_ours(std::string_view subject) const {
    return std::any_of(options_.subscribe.begin(), options_.subscribe.end(),
                       [subject](const std::string& pattern) { return subject_matches(pattern, subject); });
}

ConsumerConfig StreamWatch::consumer_of(const StreamInfo& stream, const std::string& filter) {
    ConsumerConfig config;
    config.stream = stream.name;
    const std::string who = as_name(options_.cluster) + "-" + as_name(options_.node);
    config.name = "causeway-" + who;
    if (!filter.empty()) config.name += "-" + as_name(filter);
    // The same on every connection: whoever we are next, the consumer finds us by it.
    config.deliver_subject = "_INBOX.causeway." + as_name(options_.cluster) + "." + as_name(options_.node) +
                             "." + as_name(stream.name) + (filter.empty() ? "" : "." + as_name(filter));
    config.filter = filter;
    config.start_after = cover_.last_delivered(stream.name, stream.created);
    config.most_unacked = options_.unacked_events;
    config.ack_wait = options_.ack_wait;
    return config;
}

// Our durable consumer, found or made. False: JetStream fell silent.
bool StreamWatch::consume(NatsConnection& connection, const StreamInfo& stream, const std::string& filter,
                          std::vector<StreamCover::Source>& sources) {
    const ConsumerConfig wanted = consumer_of(stream, filter);
    const std::string place = stream.name + "." + wanted.name;
    Answer answer = ask(connection, "CONSUMER.INFO." + place, "");
    if (answer.asked != Asked::kAnswered) return false;
    auto read = read_consumer_info(answer.text);
    if (const auto* fault = std::get_if<ApiFault>(&read); fault != nullptr && fault->not_found()) {
        answer = ask(connection, "CONSUMER.DURABLE.CREATE." + place, consumer_question(wanted));
        if (answer.asked != Asked::kAnswered) return false;
        read = read_consumer_info(answer.text);
    }
    if (const auto* fault = std::get_if<ApiFault>(&read)) {
        tell_once("no consumer " + wanted.name + " on stream " + stream.name + ": " + fault->text +
                  "; its events are heard directly, those of our absence not at all");
        return true;
    }
    const auto& there = std::get<ConsumerConfig>(read);
    if (there.deliver_subject != wanted.deliver_subject || there.filter != wanted.filter) {
        tell_once("consumer " + wanted.name + " on stream " + stream.name +
                  " is not as this broker makes it: delete it, and it is made anew");
        return true;
    }
    sources.push_back({stream.name, stream.subjects, filter});
    if (heard_.insert(wanted.deliver_subject).second) connection.hear_deliveries(wanted.deliver_subject);
    return true;
}

void StreamWatch::tell_of(const std::vector<StreamCover::Source>& sources, bool jetstream) {
    std::string text = "no JetStream: events of our absence are missed";
    if (jetstream) text = "no stream for our subjects: events of our absence are missed";
    if (!sources.empty()) {
        text = "events come from";
        for (const auto& source : sources)
            text += (source == sources.front() ? " " : ", ") + source.stream +
                    (source.filter.empty() ? "" : " (" + source.filter + ")");
    }
    if (text == told_) return;
    told_ = text;
    if (notice_) notice_(std::move(text));
}

void StreamWatch::tell_once(std::string problem) {
    if (!problems_.insert(problem).second || problems_before_.contains(problem)) return;
    if (problem_) problem_(std::move(problem));
}

}  // namespace causeway::bridge
