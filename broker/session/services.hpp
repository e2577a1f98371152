// What a session needs of its shard. Everything referred to outlives every session of the shard.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "broker/admin/counters.hpp"
#include "broker/app/commands.hpp"
#include "broker/base/clock.hpp"
#include "broker/base/message_id.hpp"
#include "broker/identity/permissions.hpp"
#include "broker/queue/queues.hpp"
#include "broker/routing/destination.hpp"
#include "broker/routing/router.hpp"
#include "broker/session/cursors.hpp"
#include "broker/session/encoding.hpp"
#include "broker/session/limits.hpp"
#include "broker/session/memberships.hpp"
#include "broker/session/user_sessions.hpp"
#include "broker/session/watermarks.hpp"
#include "storage/store.hpp"

namespace causeway::session {

class Session;

// A user's first session came, or the last one went.
struct UserCameOrWent {
    const identity::Identity& identity;
    std::string_view device_id;
    std::string_view client_type;
    std::string_view address;
    bool online;
};

struct ServiceParts {
    const Clock& clock;
    MessageIds& ids;
    routing::Router& router;
    EncodingTable& encodings;
    app::Commands& commands;
    storage::Store& store;
    MembershipCache& memberships;
    Cursors& cursors;
    Watermarks& watermarks;
    queue::Queues& queues;
    UserSessions& users;
    const identity::Permissions& permissions;
    admin::ShardCounters& counters;
    SessionLimits limits;
    routing::DestinationLimits destination_limits;
    std::string server_name;  // of the CONNECTED header `server`
    app::VerifyToken verify;
    app::Post post;  // runs a task on this shard's thread
    std::function<void(const UserCameOrWent&)> on_user;
    std::vector<Session*> wants_proof;  // to be asked at the end of the turn
    bool anonymous = false;             // who brings no token is let in, as nobody in particular
};

class Services : public ServiceParts {
public:
    explicit Services(ServiceParts parts) : ServiceParts(std::move(parts)) {}
    Services(const Services&) = delete;
    Services& operator=(const Services&) = delete;

    // The session, if it still lives. For answers that come later.
    virtual Session* find(SessionId id) = 0;
    // The session is being destroyed.
    virtual void forget(SessionId id) = 0;

protected:
    ~Services() = default;
};

}  // namespace causeway::session
