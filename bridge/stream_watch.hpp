// Knows JetStream: which streams there are for our subjects, and that each has a durable consumer of ours,
// so that what happens while we are away comes later. Asks on the bridge's thread and waits for answers
// there; what it learns is read on the library's.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/nats_connection.hpp"
#include "bridge/nats_options.hpp"
#include "bridge/stream_api.hpp"
#include "bridge/stream_cover.hpp"

namespace causeway::bridge {

// Whether a stream keeps what is published on a subject.
enum class Coverage : std::uint8_t { kNone, kStream, kUnknown };

class StreamWatch {
public:
    using Tell = std::function<void(std::string)>;

    StreamWatch(const NatsOptions& options, Tell notice, Tell problem);

    // A new connection: what is in place on it is nothing.
    void connected();
    // Looks for streams whose subjects overlap ours, sees to their consumers, and takes events from those
    // from now on. False: JetStream did not answer; what was known before still holds.
    bool look(NatsConnection& connection);
    // Asked once per connection and look; kUnknown if JetStream does not say.
    [[nodiscard]] Coverage coverage(NatsConnection& connection, const std::string& subject);
    void forget(const std::string& subject) { known_.erase(subject); }

    // Any thread: an event on this subject comes from a stream.
    [[nodiscard]] bool covers(std::string_view subject) const { return cover_.covers(subject); }
    // Any thread: matches what the options subscribe to.
    [[nodiscard]] bool is_ours(std::string_view subject) const;
    void delivered(const StreamPlace& place) { cover_.delivered(place.stream, place.sequence); }

private:
    // What a question came to; text is empty unless it was answered.
    enum class Asked : std::uint8_t { kAnswered, kNobody, kSilence };
    struct Answer {
        Asked asked;
        std::string text;
    };
    struct Found {
        bool answered = true;
        bool jetstream = true;
        std::set<std::string> streams;
    };

    [[nodiscard]] Answer ask(NatsConnection& connection, const std::string& subject, const std::string& body);
    [[nodiscard]] Found find_streams(NatsConnection& connection);
    [[nodiscard]] bool look_at(NatsConnection& connection, const std::string& stream,
                               std::vector<StreamCover::Source>& sources);
    [[nodiscard]] std::vector<std::string> filters_for(const StreamInfo& stream) const;
    [[nodiscard]] bool consume(NatsConnection& connection, const StreamInfo& stream,
                               const std::string& filter, std::vector<StreamCover::Source>& sources);
    [[nodiscard]] ConsumerConfig consumer_of(const StreamInfo& stream, const std::string& filter);
    void tell_of(const std::vector<StreamCover::Source>& sources, bool jetstream);
    void tell_once(std::string problem);

    const NatsOptions& options_;
    const Tell notice_;
    const Tell problem_;
    StreamCover cover_;

    // The bridge's thread only
    std::map<std::string, Coverage> known_;
    std::set<std::string> heard_;  // deliver subjects subscribed to on this connection
    bool hears_advisories_ = false;
    std::string told_;
    std::set<std::string> problems_, problems_before_;  // of this look and of the last one
};

}  // namespace causeway::bridge
