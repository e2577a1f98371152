// The body of a message in the forms its subscribers ask for. Immutable and shared by every
// destination and every shard the message goes to. The form that is dear to make, an envelope's
// JSON, is made once, by whichever thread wants it first; if nobody does, never.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace causeway::routing {

class Content {
public:
    using Encode = std::function<std::string()>;

    // A plain SEND: the sender's octets, which have no second form.
    Content(std::string body, std::string content_type)
        : body_(std::move(body)), content_type_(std::move(content_type)) {}

    // An envelope. `to_json` is called at most once, on any thread, and must not throw.
    Content(std::string protobuf, Encode to_json)
        : content_type_("application/json"), protobuf_(std::move(protobuf)), to_json_(std::move(to_json)) {}

    Content(const Content&) = delete;
    Content& operator=(const Content&) = delete;

    // What a subscriber gets by default: the sender's octets, or the envelope as JSON. Any thread.
    [[nodiscard]] const std::string& body() const {
        if (to_json_) std::call_once(encoded_, [this] { body_ = to_json_(); });
        return body_;
    }
    // Of body(); empty if the sender gave none.
    [[nodiscard]] const std::string& content_type() const { return content_type_; }
    // The envelope serialized; empty for a plain SEND.
    [[nodiscard]] const std::string& protobuf() const { return protobuf_; }

private:
    mutable std::once_flag encoded_;
    mutable std::string body_;  // of an envelope: written under encoded_
    // Constant after construction
    std::string content_type_;
    std::string protobuf_;
    Encode to_json_;  // empty for a plain SEND
};

using ContentPtr = std::shared_ptr<const Content>;

}  // namespace causeway::routing
