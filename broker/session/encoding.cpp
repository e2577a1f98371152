#include "broker/session/encoding.hpp"

#include "broker/base/base64.hpp"
#include "broker/base/utf8.hpp"
#include "broker/routing/destination.hpp"
#include "stomp/encoder.hpp"

namespace causeway::session {

namespace {

// What the wire can carry of it: SockJS carries text only, so other octets go there as base64.
std::string_view put_octets(stomp::Encoder& frame, const EncodingKey& key, std::string_view octets,
                            std::string& scratch) {
    if (net::carries_octets(key.wire) || is_valid_utf8(octets)) return octets;
    frame.header("content-transfer-encoding", "base64");
    scratch = base64_encode(octets);
    return scratch;
}

// The body in the form asked for; a plain SEND has only one.
std::string_view put_content(stomp::Encoder& frame, const EncodingKey& key, const routing::Content& content,
                             std::string& scratch) {
    if (key.form == Form::kDefault || content.protobuf().empty()) {
        if (!content.content_type().empty()) frame.header("content-type", content.content_type());
        return put_octets(frame, key, content.body(), scratch);
    }
    frame.header("content-type", "application/x-protobuf");
    if (net::carries_octets(key.wire)) return content.protobuf();
    frame.header("content-transfer-encoding", "base64");  // always, so that clients need not look
    scratch = base64_encode(content.protobuf());
    return scratch;
}

std::string message_frame(const EncodingKey& key, const routing::Message& message,
                          const routing::Headers& extra) {
    std::string out;
    std::string scratch;
    out.reserve(320 + message.content->body().size());
    stomp::Encoder frame(out, key.version, stomp::Command::kMessage);
    frame.header("subscription", key.subscription_id);
    frame.header("message-id", message.message_id);
    frame.header("destination", client_name(message.destination));
    frame.header("timestamp", static_cast<std::uint64_t>(message.timestamp));
    if (!message.sender_id.empty()) frame.header("sender-id", message.sender_id);
    if (message.offset) frame.header("offset", value(*message.offset));
    if (message.sequence) frame.header("sequence", value(*message.sequence));
    for (const auto& [name, text] : extra) frame.header(name, text);
    const std::string_view body = put_content(frame, key, *message.content, scratch);
    for (const auto& [name, text] : message.headers) frame.pass_on(name, text);
    frame.finish(body);
    return out;
}

}  // namespace

std::string client_name(std::string_view routed) {
    constexpr std::string_view kUser = "/user/";
    if (routing::is_routed_temp_queue(routed)) return routing::temp_queue_name(routed);
    if (!routed.starts_with(kUser)) return std::string(routed);
    return "/user" + std::string(routed.substr(routed.find('/', kUser.size())));
}

const net::FrameRef& Encoding::frame(const routing::MessagePtr& message) {
    if (last_message_ == message) return last_frame_;
    if (!last_message_) table_.remembering_.push_back(weak_from_this());
    last_frame_ = net::wrap(key_.wire, message_frame(key_, *message, {}));
    last_message_ = message;
    return last_frame_;
}

net::FrameRef Encoding::frame_with(const routing::Message& message, const routing::Headers& extra) const {
    return net::wrap(key_.wire, message_frame(key_, message, extra));
}

std::shared_ptr<Encoding> EncodingTable::get(EncodingKey key) {
    std::weak_ptr<Encoding>& entry = encodings_[key];
    if (auto encoding = entry.lock()) return encoding;
    std::shared_ptr<Encoding> encoding(new Encoding(*this, key), [this](Encoding* gone) {
        const auto found = encodings_.find(gone->key_);
        if (found != encodings_.end() && found->second.expired()) encodings_.erase(found);
        delete gone;
    });
    entry = encoding;
    return encoding;
}

void EncodingTable::end_turn() {
    for (const auto& weak : remembering_)
        if (const auto encoding = weak.lock()) {
            encoding->last_message_.reset();
            encoding->last_frame_ = net::FrameRef();
        }
    remembering_.clear();
}

}  // namespace causeway::session
