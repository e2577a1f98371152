// The rules that need no configuration: PRODUCT section 4 as data.
#include "broker/identity/permissions.hpp"

namespace causeway::identity {

namespace {

RuleSpec deny_send(std::vector<std::string> destinations, std::vector<std::string> except) {
    return {"deny", {"send"}, std::move(destinations), {"anyone"}, std::move(except), {}};
}
RuleSpec allow(std::vector<std::string> actions, std::vector<std::string> destinations,
               std::vector<std::string> who = {"users"}) {
    return {"allow", std::move(actions), std::move(destinations), std::move(who), {}, {}};
}

}  // namespace

// What the broker itself writes cannot be forged by a SEND, whatever is configured.
const std::vector<RuleSpec>& Permissions::owned_rules() {
    static const std::vector<RuleSpec> rules{
        deny_send({"/topic/conversation/**", "/topic/conversation.**"}, {}),
        deny_send({"/topic/room/**", "/topic/room.**", "/topic/presence/**", "/topic/presence.**",
                   "/topic/business/**", "/topic/business.**", "/topic/communication/**",
                   "/topic/communication.**"},
                  {"role:admin"}),
        deny_send(
            {"/user/*/queue/messages/**", "/user/*/queue/private-messages/**",
             "/user/*/queue/message-status/**", "/user/*/queue/user-status/**", "/user/*/queue/errors/**",
             "/user/*/queue/auth/**", "/user/*/queue/sync/**", "/user/*/queue/history/**",
             "/user/*/queue/orders/**", "/user/*/queue/shipping/**", "/user/*/queue/iot/**"},
            {"role:admin"}),
    };
    return rules;
}

const std::vector<RuleSpec>& Permissions::default_rules() {
    static const std::vector<RuleSpec> rules{
        allow({"subscribe"}, {"/user/queue/**"}),
        allow({"subscribe", "send"}, {"/temp-queue/**"}),
        allow({"send"}, {"/app/**"}),
        allow({"subscribe"},
              {"/app/conversations/list", "/app/unread", "/app/presence/{user}", "/app/presence/{contact}"}),
        allow({"subscribe"}, {"/topic/system/**"}),
        allow({"subscribe"}, {"/topic/role/{role}", "/topic/department/{department}"}),
        allow({"subscribe"}, {"/topic/conversation/{conversation}", "/topic/room/{room}"}),
        allow({"subscribe"}, {"/topic/ticket/{id}"}),
        allow({"subscribe"}, {"/topic/presence/{user}", "/topic/presence/{contact}"}),
        allow({"subscribe", "send"}, {"/**"}, {"role:admin"}),
    };
    return rules;
}

}  // namespace causeway::identity
