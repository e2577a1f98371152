// The commands a client SENDs to /app: parses a body, asks the store, turns its answer into an
// outcome. One object per shard, used on that shard's thread only. It knows no frames, no sockets
// and no subscriptions; what a command makes true reaches subscribers by way of the store's commits.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "broker/base/clock.hpp"
#include "broker/base/error_code.hpp"
#include "broker/base/message_id.hpp"
#include "broker/base/numbers.hpp"
#include "broker/identity/identity.hpp"
#include "broker/routing/message.hpp"
#include "storage/store.hpp"

namespace causeway::app {

// Who asks. Everything it refers to need live only until run() returns.
struct Caller {
    const identity::Identity& identity;
    std::string_view device_id;
    SessionId session;
    std::string_view client_type;
};

struct Done;
struct PreparedCommand;
using Outcome = std::variant<Done, Refusal>;
using OnOutcome = std::function<void(Outcome)>;  // once, on the shard's thread, maybe before the call returns

struct Done {
    routing::Headers receipt_headers;  // of the RECEIPT, if one was asked for
    routing::MessagePtr reply;         // to this session only, e.g. on /user/queue/auth; may be null
    std::optional<identity::Identity> identity;  // after `auth` with a token: the session is this from now on
    // Makes the next part of an answer that has several; empty with the last one, to which the RECEIPT
    // belongs. Called once, while Commands lives, when the transport has room; or dropped.
    std::function<void(OnOutcome)> next{};
};

// Runs a task on the shard's thread. Called on the store's threads; must stay callable, and may
// drop the task, after the shard has ended.
using Post = std::function<void(std::function<void()>)>;

using VerifyToken = std::function<std::variant<identity::Identity, Refusal>(std::string_view token)>;

struct CommandLimits {
    std::size_t json_depth = 32;   // nesting of a body
    std::size_t id_bytes = 128;    // of a conversation, user or message id, a clientMsgId, a name
    std::size_t attachments = 20;  // of one message
    std::size_t members = 500;     // named in one command
    std::size_t cursors = 10'000;  // of one sync
    std::size_t sync_page = 500;   // the most a client may ask for
    std::size_t history_page = 200;
    Milliseconds edit_window{std::chrono::hours(24)};  // after a message was stored
    Milliseconds recall_window{std::chrono::hours(24)};
};

class Commands {
public:
    // The references outlive this object; an answer of the store may come later than that.
    Commands(storage::Store& store, const Clock& clock, MessageIds& ids, Post post, VerifyToken verify,
             CommandLimits limits = {});
    ~Commands();
    Commands(const Commands&) = delete;
    Commands& operator=(const Commands&) = delete;

    // `command` is the destination after "/app/". `content_type` says how `body` is to be read:
    // application/x-protobuf is a WebSocketMessage, everything else is JSON. A reply's destination
    // is as the client names it: /user/queue/….
    void run(const Caller& caller, std::string_view command, std::string_view body,
             std::string_view content_type, OnOutcome on_outcome);

    // The same, read but not done: of commands that are one request to the store. Refused: what run() would
    // refuse before it asks the store, and every other command.
    [[nodiscard]] std::variant<PreparedCommand, Refusal> prepare(const Caller& caller,
                                                                 std::string_view command,
                                                                 std::string_view body,
                                                                 std::string_view content_type);

    // Whether a SUBSCRIBE to "/app/" + command is answered, once, by what run() with an empty body replies.
    [[nodiscard]] static bool answers_subscribe(std::string_view command);

private:
    std::unique_ptr<struct Services> services_;
};

}  // namespace causeway::app
