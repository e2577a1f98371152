#include "bridge/nats_connection.hpp"

#include <charconv>
#include <utility>

#include "bridge/nats_message.hpp"
#include "broker/base/random.hpp"

namespace causeway::bridge {

namespace {

constexpr std::size_t kMostReplies = 65'536;
constexpr std::size_t kMostReplyBytes = 64 << 20;

std::string describe(natsStatus status) {
    natsStatus last = NATS_OK;
    const char* const text = nats_GetLastError(&last);
    if (last == status && text && *text) return text;
    return natsStatus_GetText(status);
}

void check(natsStatus status, const char* doing) {
    if (status != NATS_OK) throw NatsError(std::string(doing) + ": " + describe(status));
}

const char* or_null(const std::string& text) { return text.empty() ? nullptr : text.c_str(); }

void set_login(natsOptions* into, const NatsOptions& options) {
    if (!options.user.empty())
        check(natsOptions_SetUserInfo(into, options.user.c_str(), options.password.c_str()), "NATS user");
    if (!options.token.empty()) check(natsOptions_SetToken(into, options.token.c_str()), "NATS token");
    if (!options.credentials_file.empty())
        check(natsOptions_SetUserCredentialsFromFiles(into, options.credentials_file.c_str(), nullptr),
              "NATS credentials file");
}

void set_tls(natsOptions* into, const NatsTls& tls) {
    if (tls.required) check(natsOptions_SetSecure(into, true), "NATS TLS");
    if (!tls.ca_file.empty())
        check(natsOptions_LoadCATrustedCertificates(into, tls.ca_file.c_str()), "NATS TLS CA file");
    if (!tls.certificate_file.empty())
        check(natsOptions_LoadCertificatesChain(into, tls.certificate_file.c_str(), or_null(tls.key_file)),
              "NATS TLS certificate and key");
    if (!tls.expected_host.empty())
        check(natsOptions_SetExpectedHostname(into, tls.expected_host.c_str()), "NATS TLS host name");
}

void set_network(natsOptions* into, const NatsOptions& options) {
    std::vector<const char*> urls;
    for (const auto& url : options.urls) urls.push_back(url.c_str());
    check(natsOptions_SetServers(into, urls.data(), static_cast<int>(urls.size())), "NATS URLs");
    check(natsOptions_SetName(into, options.name.c_str()), "NATS connection name");
    check(natsOptions_SetTimeout(into, options.connect_timeout.count()), "NATS connect timeout");
    check(natsOptions_SetWriteDeadline(into, options.write_deadline.count()), "NATS write deadline");
    check(natsOptions_SetPingInterval(into, options.ping_interval.count()), "NATS ping interval");
    check(natsOptions_SetMaxPingsOut(into, 2), "NATS pings");
    // A connection that ends stays so: reconnecting inside the library ends for good after any -ERR, and
    // sends what it kept before others have subscribed again.
    check(natsOptions_SetAllowReconnect(into, false), "NATS reconnect");
    check(natsOptions_SetNoEcho(into, true), "NATS no-echo");
    // All subscriptions on the library's one delivery thread instead of a thread for each.
    check(natsOptions_UseGlobalMessageDelivery(into, true), "NATS delivery thread");
}

// Hard to guess, so that nobody answers in the server's place by accident.
std::string inbox_name() {
    SystemRandom random;
    return "_INBOX." + random_hex(random, 16) + ".";
}

std::string without_login(std::string url) {
    const auto scheme = url.find("://");
    const auto at = url.rfind('@');
    if (scheme != std::string::npos && at != std::string::npos) url.erase(scheme + 3, at - scheme - 2);
    return url;
}

}  // namespace

std::unique_ptr<NatsConnection> NatsConnection::open(const NatsOptions& options, NatsListener& listener) {
    std::unique_ptr<NatsConnection> made(new NatsConnection(options, listener));
    made->connect();
    made->subscribe(made->inbox_ + "*", on_reply);
    return made;
}

NatsConnection::NatsConnection(const NatsOptions& options, NatsListener& listener)
    : options_(options),
      listener_(listener),
      origin_(options.cluster + "/" + options.node),
      inbox_(inbox_name()) {}

void NatsConnection::hear_events() {
    for (const auto& pattern : options_.subscribe) subscribe(pattern, on_message);
    check(natsConnection_FlushTimeout(connection_, options_.flush_timeout.count()), "NATS subscriptions");
}

void NatsConnection::hear_deliveries(const std::string& subject) { subscribe(subject, on_delivery); }

void NatsConnection::hear_advisories() {
    for (const char* const kind :
         {"STREAM.CREATED.*", "STREAM.UPDATED.*", "STREAM.DELETED.*", "CONSUMER.DELETED.*.*"})
        subscribe(std::string("$JS.EVENT.ADVISORY.") + kind, on_advisory);
}

void NatsConnection::connect() {
    check(natsOptions_Create(&nats_options_), "NATS options");
    set_network(nats_options_, options_);
    set_login(nats_options_, options_);
    set_tls(nats_options_, options_.tls);
    check(natsOptions_SetClosedCB(nats_options_, on_closed, callbacks_.closure()), "NATS closed callback");
    check(natsOptions_SetErrorHandler(nats_options_, on_error, callbacks_.closure()), "NATS error callback");
    check(natsConnection_Connect(&connection_, nats_options_), "NATS connect");
}

void NatsConnection::subscribe(const std::string& pattern, natsMsgHandler handler) {
    natsSubscription* subscription = nullptr;
    check(natsConnection_Subscribe(&subscription, connection_, pattern.c_str(), handler, this),
          "NATS subscribe");
    subscriptions_.push_back(subscription);
    {
        const std::lock_guard lock(mutex_);
        ++open_subscriptions_;
    }
    // Fails only on a connection lost already; then no message has come, and no last one will be told of.
    const natsStatus status = natsSubscription_SetOnCompleteCB(subscription, on_complete, this);
    if (status != NATS_OK) on_complete(this);
    check(status, "NATS subscribe");
    // Replies and deliveries are bounded by what was asked for; the limit is against forged ones.
    const bool events = handler == &NatsConnection::on_message;
    const std::size_t most = events ? options_.pending_events : kMostReplies;
    const std::size_t bytes = events ? options_.pending_event_bytes : kMostReplyBytes;
    check(natsSubscription_SetPendingLimits(subscription, static_cast<int>(most), static_cast<int>(bytes)),
          "NATS pending limits");
}

NatsConnection::~NatsConnection() {
    if (connection_) {
        natsConnection_Close(connection_);
        std::unique_lock lock(mutex_);
        over_.wait(lock, [this] { return closed_ && open_subscriptions_ == 0; });
    }
    for (natsSubscription* const subscription : subscriptions_) natsSubscription_Destroy(subscription);
    natsConnection_Destroy(connection_);
    natsOptions_Destroy(nats_options_);
}

Handed NatsConnection::publish(const Outgoing& message, std::uint64_t token) {
    const NatsMessage made =
        to_nats(message, origin_, token == 0 ? std::string() : inbox_ + std::to_string(token));
    if (!made) return Handed::kRefused;
    return handed(natsConnection_PublishMsg(connection_, made.get()));
}

Handed NatsConnection::acknowledge(const std::string& reply, const std::string& text) {
    return handed(
        natsConnection_Publish(connection_, reply.c_str(), text.data(), static_cast<int>(text.size())));
}

bool NatsConnection::flush() {
    const natsStatus status = natsConnection_FlushTimeout(connection_, options_.flush_timeout.count());
    if (status != NATS_OK) fail(status, "NATS flush");
    return status == NATS_OK;
}

std::optional<Reply> NatsConnection::request(const std::string& subject, const std::string& body) {
    std::string reply = inbox_ + "q";
    {
        const std::lock_guard lock(mutex_);
        asking_ = true;
        answer_.reset();
        reply += std::to_string(++questions_);  // from here on an answer to an earlier one is too late
    }
    const natsStatus status = natsConnection_PublishRequest(connection_, subject.c_str(), reply.c_str(),
                                                            body.data(), static_cast<int>(body.size()));
    if (handed(status) != Handed::kOver) return std::nullopt;
    std::unique_lock lock(mutex_);
    answered_.wait_for(lock, options_.request_timeout, [this] { return answer_ || lost_; });
    asking_ = false;
    return std::exchange(answer_, std::nullopt);
}

Handed NatsConnection::handed(natsStatus status) {
    switch (status) {
        case NATS_OK:
            return Handed::kOver;
        case NATS_MAX_PAYLOAD:
        case NATS_INVALID_ARG:
        case NATS_INVALID_SUBJECT:
        case NATS_NO_SERVER_SUPPORT:
        case NATS_NO_MEMORY:
            return Handed::kRefused;
        default:
            fail(status, "NATS publish");
            return Handed::kConnectionLost;
    }
}

void NatsConnection::drain() {
    const auto timeout = options_.flush_timeout;
    if (natsConnection_FlushTimeout(connection_, timeout.count()) != NATS_OK) return;
    if (natsConnection_DrainTimeout(connection_, timeout.count()) != NATS_OK) return;
    (void)wait_until_over(timeout);
}

bool NatsConnection::wait_until_over(std::chrono::milliseconds timeout) {
    std::unique_lock lock(mutex_);
    return over_.wait_for(lock, timeout, [this] { return closed_ && open_subscriptions_ == 0; });
}

std::string NatsConnection::reason() const {
    const std::lock_guard lock(mutex_);
    return reason_;
}

std::string NatsConnection::server() const {
    char url[512] = "";
    if (natsConnection_GetConnectedUrl(connection_, url, sizeof url) != NATS_OK) return "";
    return without_login(url);
}

std::uint64_t NatsConnection::dropped() const {
    std::uint64_t sum = 0;
    for (natsSubscription* const subscription : subscriptions_) {
        std::int64_t count = 0;
        if (natsSubscription_GetDropped(subscription, &count) == NATS_OK && count > 0)
            sum += static_cast<std::uint64_t>(count);
    }
    return sum;
}

void NatsConnection::fail(natsStatus status, const char* doing) {
    lost_ = true;
    const std::lock_guard lock(mutex_);
    if (reason_.empty()) reason_ = std::string(doing) + ": " + describe(status);
}

void NatsConnection::on_message(natsConnection* /*connection*/, natsSubscription* /*subscription*/,
                                natsMsg* message, void* self) {
    const NatsMessage owned(message);
    static_cast<NatsConnection*>(self)->listener_.on_message(*message);
}

void NatsConnection::on_delivery(natsConnection* /*connection*/, natsSubscription* /*subscription*/,
                                 natsMsg* message, void* self) {
    const NatsMessage owned(message);
    static_cast<NatsConnection*>(self)->listener_.on_delivery(*message);
}

void NatsConnection::on_reply(natsConnection* /*connection*/, natsSubscription* /*subscription*/,
                              natsMsg* message, void* self) {
    const NatsMessage owned(message);
    auto& me = *static_cast<NatsConnection*>(self);
    std::string_view which = natsMsg_GetSubject(message);
    if (!which.starts_with(me.inbox_)) return;
    which.remove_prefix(me.inbox_.size());
    Reply reply;
    reply.no_responders = natsMsg_IsNoResponders(message);
    const int length = natsMsg_GetDataLength(message);
    if (length > 0) reply.payload.assign(natsMsg_GetData(message), static_cast<std::size_t>(length));
    if (which.starts_with('q')) return me.on_answer(which.substr(1), std::move(reply));
    std::uint64_t token = 0;
    if (std::from_chars(which.data(), which.data() + which.size(), token).ec == std::errc())
        me.listener_.on_reply(token, std::move(reply));
}

// Only the last question is waited for.
void NatsConnection::on_answer(std::string_view question, Reply reply) {
    const std::lock_guard lock(mutex_);
    if (!asking_ || question != std::to_string(questions_)) return;
    answer_ = std::move(reply);
    answered_.notify_all();
}

void NatsConnection::on_advisory(natsConnection* /*connection*/, natsSubscription* /*subscription*/,
                                 natsMsg* message, void* self) {
    const NatsMessage owned(message);
    static_cast<NatsConnection*>(self)->listener_.on_advisory();
}

void NatsConnection::on_complete(void* self) {
    auto& me = *static_cast<NatsConnection*>(self);
    // Notified under the lock: once it is free, the destructor may be through.
    const std::lock_guard lock(me.mutex_);
    --me.open_subscriptions_;
    me.over_.notify_all();
}

void NatsConnection::on_closed(natsConnection* connection, void* closure) {
    const char* text = nullptr;
    const natsStatus status = natsConnection_GetLastError(connection, &text);
    std::string reason = status == NATS_OK ? "closed" : natsStatus_GetText(status);
    if (text && *text) reason = text;
    LateCallbacks<NatsConnection>::call(closure, [&](NatsConnection& me) { me.closed(std::move(reason)); });
}

void NatsConnection::closed(std::string reason) {
    lost_ = true;
    listener_.on_lost();
    const std::lock_guard lock(mutex_);
    if (reason_.empty()) reason_ = std::move(reason);
    closed_ = true;
    over_.notify_all();
    answered_.notify_all();
}

void NatsConnection::on_error(natsConnection* connection, natsSubscription* subscription, natsStatus status,
                              void* closure) {
    const char* text = nullptr;
    (void)natsConnection_GetLastError(connection, &text);
    std::string trouble = natsStatus_GetText(status);
    if (text && *text) trouble += std::string(": ") + text;
    if (const char* const subject = subscription ? natsSubscription_GetSubject(subscription) : nullptr)
        trouble += std::string(" (subscription ") + subject + ")";
    LateCallbacks<NatsConnection>::call(
        closure, [&](NatsConnection& me) { me.listener_.on_trouble(std::move(trouble)); });
}

}  // namespace causeway::bridge
