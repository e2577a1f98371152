#include "bridge/nats_bridge.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "bridge/nats_message.hpp"

namespace causeway::bridge {

namespace {

using std::chrono::milliseconds;

constexpr std::size_t kBatch = 256;
constexpr std::size_t kMostTroubles = 16;
// How often a quiet connection is looked at: dropped events, loss that nobody told of.
constexpr milliseconds kIdle{250};
// Streams that are made one after the other are looked for together.
constexpr milliseconds kLookPause{200};

void check_name(const char* key, const std::string& name) {
    if (name.empty() || name.find('/') != std::string::npos || fault_of_header(kOriginHeader, name))
        throw std::invalid_argument(std::string(key) + " must be one word without '/', not '" + name + "'");
}

void check_subscriptions(const std::vector<std::string>& texts) {
    std::vector<SubjectPattern> patterns;
    for (const auto& text : texts) {
        auto parsed = SubjectPattern::parse(text);
        if (const auto* fault = std::get_if<std::string>(&parsed))
            throw std::invalid_argument("nats.subscribe: '" + text + "' " + *fault);
        auto& pattern = std::get<SubjectPattern>(parsed);
        for (const auto& other : patterns)
            if (pattern.overlaps(other))
                throw std::invalid_argument("nats.subscribe: '" + text + "' overlaps '" + other.text() + "'");
        patterns.push_back(std::move(pattern));
    }
}

NatsOptions checked(NatsOptions options) {
    check_name("nats.cluster", options.cluster);
    check_name("nats.node", options.node);
    check_subscriptions(options.subscribe);
    if (options.urls.empty()) throw std::invalid_argument("nats.url names no server");
    constexpr std::size_t kMost = 1U << 30U;  // the client library counts in int
    if (std::max({options.pending_events, options.pending_event_bytes, options.max_payload_bytes}) > kMost)
        throw std::invalid_argument("a limit of NATS events is above 1 GiB");
    if (options.kept_messages == 0 || options.unacked_events == 0)
        throw std::invalid_argument("a window of NATS messages holds none");
    return options;
}

}  // namespace

NatsBridge::NatsBridge(NatsOptions options, BridgeHandlers handlers, const Clock& clock)
    : options_(checked(std::move(options))),
      handlers_(std::move(handlers)),
      clock_(clock),
      queue_(options_.queue_messages, options_.queue_bytes),
      streams_(options_, handlers_.on_notice, handlers_.on_problem),
      kept_(options_, clock_, streams_, handlers_.on_kept, [this] { queue_.wake(); }),
      acks_(std::make_shared<AckBox>([this] { queue_.wake(); })),
      wait_(options_.reconnect_wait) {
    status_.since = clock_.monotonic();
    thread_ = std::thread([this] { run(); });
}

NatsBridge::~NatsBridge() {
    queue_.close();
    thread_.join();
    acks_->close();
}

bool NatsBridge::publish(Outgoing message) {
    const bool bad_id = !message.msg_id.empty() && fault_of_header(kMessageIdHeader, message.msg_id);
    if (bad_id || message.payload.size() > options_.max_payload_bytes || fault_of_outgoing(message.headers)) {
        ++out_invalid_;
        return false;
    }
    if (queue_.push(std::move(message))) return true;
    ++out_dropped_;
    return false;
}

bool NatsBridge::publish_kept(Kept message) { return kept_.push(std::move(message)); }

LinkStatus NatsBridge::status() const {
    const std::lock_guard lock(mutex_);
    return status_;
}

BridgeCounters NatsBridge::counters() const {
    BridgeCounters now;
    now.in = in_;
    now.in_bytes = in_bytes_;
    now.in_again = in_again_;
    now.in_echoes = in_echoes_;
    now.in_invalid = in_invalid_;
    now.in_dropped = in_dropped_;
    now.out = out_;
    now.out_bytes = out_bytes_;
    now.out_invalid = out_invalid_;
    now.out_dropped = out_dropped_;
    now.connects = connects_;
    now.queued = queue_.size();
    return now;
}

void NatsBridge::run() {
    while (!queue_.closed()) {
        Monotonic connected_at = Monotonic::max();
        std::string ended;
        try {
            const auto connection = NatsConnection::open(options_, *this);
            connected_at = clock_.monotonic();
            ++connects_;
            // Before events are heard: those that a stream has are to come from there.
            streams_.connected();
            look_for_streams(*connection);
            connection->hear_events();
            kept_.open();
            set_state(LinkState::kConnected, connection->server());
            serve(*connection);
            ended = connection->reason();
        } catch (const NatsError& error) {
            ended = error.what();
        }
        kept_.close("the connection to NATS ended");
        set_state(LinkState::kDisconnected, std::move(ended));
        report_troubles();
        queue_.wait_for_close(next_wait(connected_at));
    }
}

// A connection that lasted starts the waits afresh; one that is refused or cut off soon does not, or a peer
// that accepts and closes would keep us busy.
milliseconds NatsBridge::next_wait(Monotonic connected_at) {
    const bool lasted =
        connected_at != Monotonic::max() && clock_.monotonic() - connected_at > options_.max_reconnect_wait;
    if (lasted) wait_ = options_.reconnect_wait;
    const milliseconds base = wait_;
    wait_ = std::min(wait_ * 2, options_.max_reconnect_wait);
    std::uint16_t noise = 0;
    random_.fill(reinterpret_cast<unsigned char*>(&noise), sizeof noise);
    return base + base * noise / 0x20000;
}

void NatsBridge::look_for_streams(NatsConnection& connection) {
    streams_changed_ = false;
    const bool answered = streams_.look(connection);
    next_look_ = clock_.monotonic() + (answered ? options_.look_interval : options_.look_interval / 4);
}

void NatsBridge::acknowledge(NatsConnection& connection) {
    auto acks = acks_->take();
    const std::string again = negative_ack(options_.failed_wait);
    std::size_t done = 0;
    for (const auto& [reply, taken] : acks) {
        const std::string text = taken == Taken::kDone ? std::string(kPositiveAck) : again;
        if (connection.lost() || connection.acknowledge(reply, text) == Handed::kConnectionLost) break;
        ++done;
    }
    acks.erase(acks.begin(), acks.begin() + static_cast<std::ptrdiff_t>(done));
    if (!acks.empty()) acks_->put_back(std::move(acks));
}

void NatsBridge::serve(NatsConnection& connection) {
    std::uint64_t dropped_before = 0;
    while (!connection.lost() && !queue_.closed()) {
        publish_batch(connection, kIdle);
        acknowledge(connection);
        kept_.turn(connection);
        if (streams_changed_) next_look_ = std::min(next_look_, clock_.monotonic() + kLookPause);
        if (clock_.monotonic() >= next_look_) look_for_streams(connection);
        const std::uint64_t dropped = connection.dropped();
        in_dropped_ += dropped - dropped_before;
        dropped_before = dropped;
        report_troubles();
    }
    while (!connection.lost() && queue_.size() > 0) publish_batch(connection, milliseconds(0));
    acknowledge(connection);
    if (!connection.lost()) connection.drain();
}

void NatsBridge::publish_batch(NatsConnection& connection, milliseconds wait) {
    auto batch = queue_.take(kBatch, wait);
    std::size_t done = 0;
    while (done < batch.size() && !connection.lost() && hand_over(connection, batch[done])) ++done;
    queue_.settle(std::move(batch), done);
}

// False: not now; it stays first in the queue.
bool NatsBridge::hand_over(NatsConnection& connection, const Outgoing& message) {
    switch (connection.publish(message)) {
        case Handed::kOver:
            ++out_;
            out_bytes_ += message.payload.size();
            return true;
        case Handed::kRefused:
            ++out_invalid_;
            on_trouble("NATS takes no such message on " + message.subject.text());
            return true;
        case Handed::kConnectionLost:
            return false;
    }
    return false;
}

void NatsBridge::report_troubles() {
    std::vector<std::string> troubles;
    {
        const std::lock_guard lock(mutex_);
        troubles.swap(troubles_);
    }
    if (!handlers_.on_problem) return;
    for (const auto& trouble : troubles) handlers_.on_problem(trouble);
}

void NatsBridge::set_state(LinkState state, std::string detail) {
    LinkStatus now;
    {
        const std::lock_guard lock(mutex_);
        if (status_.state == state && status_.detail == detail) return;
        if (status_.state != state) status_.since = clock_.monotonic();
        status_.state = state;
        status_.detail = std::move(detail);
        now = status_;
    }
    if (handlers_.on_state_change) handlers_.on_state_change(now);
}

void NatsBridge::on_message(natsMsg& message) {
    if (streams_.covers(natsMsg_GetSubject(&message))) return;
    auto event = from_nats(message, options_.max_payload_bytes);
    if (!event) {
        ++in_invalid_;
        return;
    }
    set_origin(*event, options_.cluster);
    if (is_echo(*event))
        ++in_echoes_;
    else
        take_in(*std::move(event));
}

// What is of no use to us is done with, or it would come again for ever.
void NatsBridge::on_delivery(natsMsg& message) {
    const char* const reply = natsMsg_GetReply(&message);
    const auto place = read_ack_subject(reply ? reply : "");
    if (!place) return;
    streams_.delivered(*place);
    auto event = from_nats(message, options_.max_payload_bytes);
    if (event) set_origin(*event, options_.cluster);
    if (!event || is_echo(*event) || !streams_.is_ours(event->subject)) {
        if (!event) ++in_invalid_;
        if (event && is_echo(*event)) ++in_echoes_;
        acks_->add(reply, Taken::kDone);
        return;
    }
    event->stream = place->stream;
    event->stream_sequence = place->sequence;
    event->on_taken = [acks = acks_, to = std::string(reply)](Taken taken) { acks->add(to, taken); };
    if (place->delivery > 1) ++in_again_;
    take_in(*std::move(event));
}

bool NatsBridge::is_echo(const Event& event) const {
    return event.origin == Origin::kOurCluster && event.origin_node == options_.node;
}

void NatsBridge::take_in(Event event) {
    ++in_;
    in_bytes_ += event.payload.size();
    if (handlers_.on_event) handlers_.on_event(std::move(event));
}

void NatsBridge::on_advisory() {
    streams_changed_ = true;
    queue_.wake();
}

void NatsBridge::on_lost() { queue_.wake(); }

void NatsBridge::on_trouble(std::string text) {
    const std::lock_guard lock(mutex_);
    if (troubles_.size() < kMostTroubles) troubles_.push_back(std::move(text));
}

}  // namespace causeway::bridge
