// heartbeat and auth: commands about the caller's own session.
#include "broker/app/fields.hpp"
#include "broker/app/handlers.hpp"

namespace causeway::app {

namespace {

using nlohmann::json;

std::string auth_body(const identity::Identity& identity, SessionId session) {
    const json body{{"sessionId", std::to_string(value(session))},
                    {"userId", identity.user},
                    {"expireTime", identity.expires_at ? json(to_ms(*identity.expires_at)) : json(nullptr)},
                    {"permissions", identity.permissions}};
    return body.dump(-1, ' ', false, json::error_handler_t::replace);
}

Done answer(Services& services, const identity::Identity& identity, SessionId session) {
    return {{},
            reply("/user/queue/auth", services.ids.next(), to_ms(services.clock.wall()),
                  auth_body(identity, session)),
            {}};
}

}  // namespace

// That the frame arrived is all it is for; a body that cannot be read changes nothing about that.
void heartbeat(Services&, const Command&, OnOutcome on_outcome) { on_outcome(Done{}); }

void authenticate(Services& services, const Command& command, OnOutcome on_outcome) {
    const Caller& caller = command.caller;
    Fields fields = read_fields(services, command);
    const std::string token = fields.text("token");
    if (fields.fault()) return on_outcome(*fields.fault());
    if (token.empty()) return on_outcome(answer(services, caller.identity, caller.session));

    auto verified = services.verify(token);
    if (auto* refusal = std::get_if<Refusal>(&verified)) return on_outcome(std::move(*refusal));
    auto& identity = std::get<identity::Identity>(verified);
    if (identity.user != caller.identity.user)
        return on_outcome(Refusal{ErrorCode::kAuthFailed,
                                  "the token is another user's; reconnect to change users", "token"});
    Done done = answer(services, identity, caller.session);
    done.identity = std::move(identity);
    on_outcome(std::move(done));
}

}  // namespace causeway::app
