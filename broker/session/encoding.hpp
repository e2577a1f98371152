// A MESSAGE frame as one kind of subscriber gets it. Encodings are shared by all subscriptions of a
// shard that want the same octets, so a message to ten thousand clients of one app is encoded a
// handful of times. Belongs to its shard's thread.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "broker/net/transport.hpp"
#include "broker/routing/message.hpp"
#include "stomp/version.hpp"

namespace causeway::session {

// A routed destination as its subscriber knows it: /user/{name}/queue/x is /user/queue/x to its owner.
[[nodiscard]] std::string client_name(std::string_view routed);

// Which body a subscriber asked for with `accept`.
enum class Form : std::uint8_t { kDefault, kProtobuf };

struct EncodingKey {
    stomp::Version version;
    net::Wire wire;
    Form form;
    std::string subscription_id;

    auto operator<=>(const EncodingKey&) const = default;
};

class EncodingTable;

class Encoding : public std::enable_shared_from_this<Encoding> {
public:
    Encoding(EncodingTable& table, EncodingKey key) : table_(table), key_(std::move(key)) {}
    Encoding(const Encoding&) = delete;
    Encoding& operator=(const Encoding&) = delete;

    // The frame, made on first use and remembered until the turn ends.
    [[nodiscard]] const net::FrameRef& frame(const routing::MessagePtr& message);
    // With further headers that only one subscriber gets; not remembered.
    [[nodiscard]] net::FrameRef frame_with(const routing::Message& message,
                                           const routing::Headers& extra) const;

    [[nodiscard]] const std::string& subscription_id() const { return key_.subscription_id; }

private:
    friend class EncodingTable;
    EncodingTable& table_;
    const EncodingKey key_;
    routing::MessagePtr last_message_;  // keeps the address from being used again
    net::FrameRef last_frame_;
};

class EncodingTable {
public:
    // Shared with everyone who asked for the same key; gone with the last of them.
    [[nodiscard]] std::shared_ptr<Encoding> get(EncodingKey key);
    // Forgets the frames made in this turn.
    void end_turn();

private:
    friend class Encoding;
    std::map<EncodingKey, std::weak_ptr<Encoding>> encodings_;
    std::vector<std::weak_ptr<Encoding>> remembering_;
};

}  // namespace causeway::session
