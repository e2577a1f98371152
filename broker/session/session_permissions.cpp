// What a session may: asked of the rules, waited for where they ask about memberships, and asked
// again when the answer may have changed.
#include "broker/routing/pattern.hpp"
#include "broker/session/session.hpp"

namespace causeway::session {

using identity::Action;
using identity::Verdict;

namespace {

constexpr std::size_t kVerdictsKept = 1024;  // per session

}  // namespace

// Null until they are loaded. Another session of this user may have seen to that.
const UserMemberships* Session::known_memberships() {
    if (!memberships_) memberships_ = services_.memberships.of(identity_.user);
    return MembershipCache::if_loaded(memberships_);
}

Verdict Session::ask(Action action, std::string_view destination) {
    const Verdict verdict =
        services_.permissions.check(action, destination, identity_, MembershipCache::if_loaded(memberships_));
    if (verdict != Verdict::kNeedsMembership) return verdict;
    return services_.permissions.check(action, destination, identity_, known_memberships());
}

// A pattern is allowed if some of what it matches is; then each concrete destination is asked about,
// which must not have to wait.
Verdict Session::may_subscribe(const std::string& destination, bool is_pattern) {
    if (!is_pattern) return ask(Action::kSubscribe, destination);
    const auto pattern = routing::Pattern::parse(destination, services_.destination_limits);
    if (!services_.permissions.check_pattern(std::get<routing::Pattern>(pattern), identity_))
        return Verdict::kDeny;
    return known_memberships() != nullptr ? Verdict::kAllow : Verdict::kNeedsMembership;
}

bool Session::may_receive(const std::string& destination) {
    if (!deliver_allowed_) deliver_allowed_ = std::make_unique<std::unordered_map<std::string, bool>>();
    const auto known = deliver_allowed_->find(destination);
    if (known != deliver_allowed_->end()) return known->second;
    if (deliver_allowed_->size() >= kVerdictsKept) deliver_allowed_->clear();
    const bool allows = ask(Action::kSubscribe, client_name(destination)) == Verdict::kAllow;
    if (!allows) ++services_.counters.acl_denied[admin::AclAction::kDeliver];
    return deliver_allowed_->emplace(destination, allows).first->second;
}

// The frame goes back to the decoder, and no other is read before it is handled anew.
NotRead Session::memberships_first(const stomp::Frame& frame) {
    if (std::exchange(memberships_failed_, false)) {
        const bool subscribes = frame.command() == stomp::Command::kSubscribe;
        return Refusal{subscribes ? ErrorCode::kSubscribeFailed : ErrorCode::kSendFailed,
                       "the store cannot be read, so it is not known what you may; try again",
                       {}};
    }
    hold_frame();
    services_.memberships.load(identity_.user, memberships_, [&services = services_, id = id_](bool loaded) {
        Session* const session = services.find(id);
        if (session == nullptr || session->stage_ == Stage::kClosed) return;
        session->memberships_failed_ = !loaded;
        session->read_on();
    });
    return NotRead::waits();
}

void Session::wait_for_memberships(const stomp::Frame& frame) {
    const NotRead read = memberships_first(frame);
    if (read.refusal) refuse(*read.refusal, origin_of(frame));
}

void Session::on_membership(const storage::CommittedMembership& change) {
    if (!change.member) return recheck(change.actor == change.user ? Whose::kOwn : Whose::kAnothers);
    last_sent_to_.clear();
    deliver_allowed_.reset();
}

// Subscriptions that are allowed no longer end.
void Session::recheck(Whose wish) {
    last_sent_to_.clear();
    deliver_allowed_.reset();
    std::vector<ClientSubscription*> lost;
    bool unknown = false;
    for (const auto& subscription : subscriptions_) {
        const Verdict verdict =
            may_subscribe(client_name(subscription->destination()), subscription->is_pattern());
        if (verdict == Verdict::kDeny) lost.push_back(subscription.get());
        if (verdict == Verdict::kNeedsMembership) unknown = true;
    }
    for (ClientSubscription* const subscription : lost) {
        revoke(*subscription, wish);
        if (stage_ == Stage::kClosed) return;
    }
    if (!unknown) return;
    services_.memberships.load(
        identity_.user, memberships_, [&services = services_, id = id_, wish](bool loaded) {
            Session* const session = services.find(id);
            if (session == nullptr || session->stage_ == Stage::kClosed) return;
            if (loaded) return session->recheck(wish);
            session->end(ErrorCode::kSendFailed,
                         "the store cannot be read, so it is not known what you may; connect again");
        });
}

// PRODUCT 10: a refusal after the fact is told like any other, so that nobody waits for what will not come.
// Who left by himself knows.
void Session::revoke(ClientSubscription& subscription, Whose wish) {
    const Origin origin{{}, client_name(subscription.destination()), subscription.id()};
    end_subscription(subscription);
    if (wish == Whose::kOwn && !hears_notices()) return;
    refuse({ErrorCode::kPermissionDenied,
            "you may no longer SUBSCRIBE to this destination; the subscription has ended",
            {}},
           origin);
}

}  // namespace causeway::session
