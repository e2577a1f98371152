#include "broker/config/key_table.hpp"

#include <algorithm>
#include <numeric>

namespace causeway::config {

namespace {

#define AT(member) [](Config& c) -> Target { return &c.member; }

const std::vector<Key> kKeys{
    {"listen.public", Type::kText, AT(listen.public_address),
     "Address and port for clients: WebSocket, SockJS, health. Port 0 takes a free one."},
    {"listen.admin", Type::kText, AT(listen.admin_address),
     "Address and port for operators: admin API, metrics, health."},
    {"listen.tls", Type::kText, AT(listen.tls_address),
     "Address and port for clients that encrypt (https, wss); empty: none. Needs tls.certificate_files."},
    {"listen.stomp", Type::kText, AT(listen.stomp_address),
     "Address and port for clients that speak STOMP on a bare TCP connection, as \"127.0.0.1:61613\"; empty: none."},
    {"listen.stomp_tls", Type::kText, AT(listen.stomp_tls_address),
     "The same, encrypted; empty: none. Needs tls.certificate_files."},
    {"listen.proxy_protocol", Type::kBool, AT(listen.proxy_protocol),
     "A balancer says with each connection for whom it is, by the PROXY protocol (version 1 or 2, before TLS). Holds for "
     "all listeners for clients: they then take connections from listen.trusted_proxies alone."},
    {"listen.trusted_proxies", Type::kList, AT(listen.trusted_proxies),
     "Addresses or ranges (CIDR) of balancers and proxies: the PROXY header and http.forwarded_header are believed "
     "from them alone. They are not counted by limits.connections_per_address; whom they speak for is."},
    {"listen.allowed_addresses", Type::kList, AT(listen.allowed_addresses),
     "Addresses or ranges (CIDR) from which clients may connect; empty: all."},
    {"listen.denied_addresses", Type::kList, AT(listen.denied_addresses),
     "Addresses or ranges (CIDR) from which they may not, also if listen.allowed_addresses has them."},

    {"tls.certificate_files", Type::kList, AT(tls.certificate_files),
     "Certificates in PEM, each with its chain. The one for the host that a client names is shown, else the first. "
     "SIGHUP reads them again; open connections stay."},
    {"tls.key_files", Type::kList, AT(tls.key_files), "Their private keys in PEM, without a passphrase, in the same order. A key must "
     "be for its owner alone: of the broker's user with mode 0600, or of root with 0640; with another the broker does not start."},
    {"tls.handshakes_per_second", Type::kCount, AT(tls.handshakes_per_second),
     "New encrypted connections; those above it are closed at once. 0: no limit.", Zero::kMeaningful},

    {"tls.hsts_max_age", Type::kDuration, AT(tls.hsts_max_age),
     "What answers over TLS say as Strict-Transport-Security: for so long, in whole seconds, browsers use TLS alone with "
     "this host name, on all of its ports. 0: they say nothing.", Zero::kMeaningful},

    {"http.prefixes", Type::kList, AT(http.prefixes), "Paths under which clients connect."},
    {"http.static_dir", Type::kText, AT(http.static_dir),
     "A directory of files to serve beside them; empty: none."},
    {"http.allowed_origins", Type::kList, AT(http.allowed_origins),
     "Origins whose pages may connect, as \"https://app.example\"; \"*\" is any, for sessions are proved by "
     "token."},
    {"http.forwarded_header", Type::kText, AT(http.forwarded_header),
     "The header in which listen.trusted_proxies name the client: addresses separated by commas, each proxy adding the "
     "one it was asked from at the right. \"X-Real-IP\" is one, too; empty: none is read."},
    {"http.compression", Type::kBool, AT(http.compression),
     "Agree to compress WebSocket messages (permessage-deflate) with clients that offer it; those from 1 KiB are "
     "then sent so."},

    {"sockjs.websocket", Type::kBool, AT(sockjs.websocket),
     "Offer WebSocket to SockJS clients. Off where something in between breaks it; WebSockets without SockJS stay."},
    {"sockjs.cookie_needed", Type::kBool, AT(sockjs.cookie_needed),
     "Set a JSESSIONID cookie, for balancers that keep a client on one broker by it."},
    {"sockjs.heartbeat", Type::kDuration, AT(sockjs.heartbeat),
     "A SockJS request that waits is sent an `h` after this long without anything else."},
    {"sockjs.disconnect_delay", Type::kDuration, AT(sockjs.disconnect_delay),
     "A SockJS client over HTTP is gone when it has had no request waiting for this long."},
    {"sockjs.response_limit", Type::kSize, AT(sockjs.response_limit),
     "After this much a streamed answer ends and the client asks anew, as browsers keep all of it in memory."},

    {"auth.jwt.secret", Type::kSecret, AT(auth.jwt.secret),
     "The secret that tokens are signed with, at least 32 octets. Better: auth.jwt.secret_file."},
    {"auth.jwt.secret_file", Type::kText, AT(auth.jwt.secret_file),
     "A file with that secret; a line break at its end is not part of it. Make one with: openssl rand "
     "-base64 48"},
    {"auth.jwt.algorithms", Type::kList, AT(auth.jwt.algorithms),
     "What tokens may be signed with, of HS256, HS384 and HS512. The longer ones need secrets of 48 and 64 "
     "octets."},
    {"auth.jwt.issuer", Type::kText, AT(auth.jwt.issuer), "What `iss` must be; empty: not checked."},
    {"auth.jwt.audience", Type::kList, AT(auth.jwt.audience),
     "`aud` must name one of these; empty: not checked."},
    {"auth.jwt.user_claim", Type::kText, AT(auth.jwt.user_claim),
     "The claim that is the user: text or a whole number."},
    {"auth.jwt.name_claim", Type::kText, AT(auth.jwt.name_claim), "The claim that is the name to show."},
    {"auth.jwt.roles_claim", Type::kText, AT(auth.jwt.roles_claim), "The claim that lists the roles."},
    {"auth.jwt.departments_claim", Type::kText, AT(auth.jwt.departments_claim),
     "The claim that lists the departments."},
    {"auth.jwt.permissions_claim", Type::kText, AT(auth.jwt.permissions_claim),
     "The claim that lists permissions such as \"ticket:42\" or \"ticket:*\", which {id} in rules asks for."},
    {"auth.jwt.require_expiry", Type::kBool, AT(auth.jwt.require_expiry), "Refuse tokens without `exp`."},
    {"auth.jwt.leeway", Type::kDuration, AT(auth.jwt.leeway),
     "How far `nbf` and `iat` may lie in the future, in whole seconds.", Zero::kMeaningful},
    {"auth.anonymous", Type::kBool, AT(auth.anonymous),
     "Let in who brings no token. They may only what rules for \"anonymous\" or \"anyone\" allow."},
    {"auth.expiry_warning", Type::kDuration, AT(auth.expiry_warning),
     "How long before its token expires a session is warned on /user/queue/errors.", Zero::kMeaningful},
    {"auth.expiry_grace", Type::kDuration, AT(auth.expiry_grace),
     "How long after that it may still bring a fresh one.", Zero::kMeaningful},

    {"storage.path", Type::kText, AT(storage.path),
     "The directory for the data; made if it is not there. For this broker alone."},
    {"storage.durability", Type::kText, AT(storage.durability),
     "What a RECEIPT promises to survive: \"power\" is loss of power, \"process\" only the end of the "
     "process.",
     Zero::kRefused, "power|process"},
    {"storage.cursor_flush", Type::kDuration, AT(storage.cursor_flush),
     "How often devices' cursors are written."},
    {"storage.cursor_expiry", Type::kDuration, AT(storage.cursor_expiry),
     "A device's cursor is forgotten when it has not moved for this long; 0: never.", Zero::kMeaningful},
    {"storage.min_free", Type::kSize, AT(storage.min_free),
     "When the file system has less free space than this, what would have to be stored is refused; 0: not "
     "looked at.",
     Zero::kMeaningful},

    {"retention.direct.age", Type::kDuration, AT(retention.direct.age),
     "How long the messages of direct conversations are kept; 0: for ever.", Zero::kMeaningful},
    {"retention.direct.bytes", Type::kSize, AT(retention.direct.bytes),
     "How much of them, the oldest going first; 0: without bound.", Zero::kMeaningful},
    {"retention.group.age", Type::kDuration, AT(retention.group.age), "The same of groups; 0: for ever.",
     Zero::kMeaningful},
    {"retention.group.bytes", Type::kSize, AT(retention.group.bytes), "0: without bound.", Zero::kMeaningful},
    {"retention.room.age", Type::kDuration, AT(retention.room.age), "The same of rooms; 0: for ever.",
     Zero::kMeaningful},
    {"retention.room.bytes", Type::kSize, AT(retention.room.bytes), "0: without bound.", Zero::kMeaningful},
    {"retention.inbox.age", Type::kDuration, AT(retention.inbox.age),
     "The same of users' inboxes; 0: for ever.", Zero::kMeaningful},
    {"retention.inbox.bytes", Type::kSize, AT(retention.inbox.bytes), "0: without bound.", Zero::kMeaningful},
    {"retention.topic.age", Type::kDuration, AT(retention.topic.age),
     "The same of stored topics, beside the bounds of their [[history]] rules; 0: for ever.",
     Zero::kMeaningful},
    {"retention.topic.bytes", Type::kSize, AT(retention.topic.bytes), "0: without bound.", Zero::kMeaningful},
    {"retention.queue.age", Type::kDuration, AT(retention.queue.age),
     "The same of stored messages that nobody has taken from their queue; 0: for ever.", Zero::kMeaningful},
    {"retention.queue.bytes", Type::kSize, AT(retention.queue.bytes), "0: without bound.", Zero::kMeaningful},

    {"sessions.resume_user_queues", Type::kText, AT(sessions.resume_user_queues),
     "What a SUBSCRIBE to a user queue without a resume header means when CONNECT named a device: \"device\" "
     "goes on where the device left off, \"live\" begins with what comes.",
     Zero::kRefused, "device|live"},

    {"chat.edit_window", Type::kDuration, AT(chat.edit_window),
     "How long after it was sent a message may be edited; 0: any time.", Zero::kMeaningful},
    {"chat.recall_window", Type::kDuration, AT(chat.recall_window),
     "How long after it was sent a message may be recalled; 0: any time.", Zero::kMeaningful},

    {"nats.url", Type::kText, AT(nats.url), "The NATS servers, separated by commas; empty: no NATS."},
    {"nats.user", Type::kText, AT(nats.user), "The user that NATS knows this broker by."},
    {"nats.password", Type::kSecret, AT(nats.password), "Its password. Better: nats.password_file."},
    {"nats.password_file", Type::kText, AT(nats.password_file), "A file with that password."},
    {"nats.token", Type::kSecret, AT(nats.token), "The token for NATS. Better: nats.token_file."},
    {"nats.token_file", Type::kText, AT(nats.token_file), "A file with that token."},
    {"nats.credentials_file", Type::kText, AT(nats.credentials_file), "A NATS credentials file (.creds)."},
    {"nats.subjects", Type::kList, AT(nats.subjects), "Which subjects are mirrored to /topic."},
    {"nats.jetstream", Type::kBool, AT(nats.jetstream),
     "Use the streams of JetStream that have these subjects, if there are any: events of this broker's absence "
     "come late rather than never, and what it publishes is confirmed."},
    {"nats.tls.required", Type::kBool, AT(nats.tls.required), "Refuse a NATS without TLS, whatever its URL says."},
    {"nats.tls.ca_file", Type::kText, AT(nats.tls.ca_file),
     "Certificates (PEM) that vouch for the NATS server; empty: those of the system."},
    {"nats.tls.certificate_file", Type::kText, AT(nats.tls.certificate_file),
     "This broker's certificate (PEM), if NATS asks for one."},
    {"nats.tls.key_file", Type::kText, AT(nats.tls.key_file), "The key (PEM) of that certificate."},
    {"nats.tls.host", Type::kText, AT(nats.tls.host),
     "The name in the server's certificate, if it is not the one in nats.url."},

    {"shards", Type::kCount, AT(shards), "Threads that serve connections, at most 64; 0: one per core.",
     Zero::kMeaningful},

    {"limits.frame_bytes", Type::kSize, AT(limits.frame_bytes), "A frame, its body included."},
    {"limits.headers", Type::kCount, AT(limits.headers), "Headers of a frame."},
    {"limits.header_bytes", Type::kSize, AT(limits.header_bytes), "One header line."},
    {"limits.head_bytes", Type::kSize, AT(limits.head_bytes), "All headers of a frame together."},
    {"limits.connect_bytes", Type::kSize, AT(limits.connect_bytes),
     "All that may arrive before CONNECTED; must hold a token."},
    {"limits.connect_timeout", Type::kDuration, AT(limits.connect_timeout), "CONNECT must come within this."},
    {"limits.destination_bytes", Type::kSize, AT(limits.destination_bytes), "A destination or pattern."},
    {"limits.destination_segments", Type::kCount, AT(limits.destination_segments), "Its segments."},
    {"limits.subscriptions_per_session", Type::kCount, AT(limits.subscriptions_per_session),
     "Subscriptions of one session."},
    {"limits.unacked", Type::kCount, AT(limits.unacked),
     "Messages of one subscription that may wait for an ACK; until then no more are sent."},
    {"limits.transactions", Type::kCount, AT(limits.transactions), "Open transactions of one session."},
    {"limits.transaction_frames", Type::kCount, AT(limits.transaction_frames),
     "Frames in the open transactions of one session together."},
    {"limits.transaction_bytes", Type::kSize, AT(limits.transaction_bytes),
     "Octets of these frames, headers and bodies."},
    {"limits.transaction_age", Type::kDuration, AT(limits.transaction_age),
     "A transaction that has neither COMMIT nor ABORT after this long is aborted."},
    {"limits.sessions_per_user", Type::kCount, AT(limits.sessions_per_user),
     "Sessions of one user on this broker; 0: unlimited.", Zero::kMeaningful},
    {"limits.connections_per_address", Type::kCount, AT(limits.connections_per_address),
     "Connections of one address that have not logged in; 0: unlimited.", Zero::kMeaningful},
    {"limits.send_per_second", Type::kNumber, AT(limits.send_per_second),
     "SENDs to /app per session and second; 0: unlimited.", Zero::kMeaningful},
    {"limits.send_burst", Type::kNumber, AT(limits.send_burst), "How many of them may come at once."},
    {"limits.outgoing_bytes", Type::kSize, AT(limits.outgoing_bytes),
     "What may wait to be read by one session."},
    {"limits.outgoing_age", Type::kDuration, AT(limits.outgoing_age),
     "How long it may wait without anything being read."},
    {"limits.outgoing_total", Type::kSize, AT(limits.outgoing_total),
     "What may wait to be read by all sessions together, as memory: what many are to read counts once. Beyond "
     "it those with most waiting are closed as slow consumers."},
    {"limits.history_bytes", Type::kSize, AT(limits.history_bytes),
     "What the histories in memory of all topics together may take, about; beyond that those of the topics "
     "published to longest ago are dropped whole, retained values last."},

    {"queues.messages", Type::kCount, AT(queues.messages),
     "Messages of one queue that wait in memory, those that are not `persistent:true`; beyond that SEND is refused."},
    {"queues.bytes", Type::kSize, AT(queues.bytes), "The same as octets, about."},
    {"queues.memory", Type::kSize, AT(queues.memory),
     "What all queues together hold in memory, about. Beyond that messages that are not persistent are refused, "
     "and of stored ones few are read ahead."},
    {"queues.count", Type::kCount, AT(queues.count),
     "Queues with consumers or with messages in memory; beyond that SEND and SUBSCRIBE to others are refused."},
    {"queues.window", Type::kCount, AT(queues.window),
     "Stored messages of one queue that wait in memory, at most 4 MiB of them; the others wait on disk."},
    {"queues.prefetch", Type::kCount, AT(queues.prefetch),
     "Messages that a consumer may have without having acknowledged them, if its SUBSCRIBE does not say "
     "prefetch-count; with ack:auto limits.unacked."},
    {"queues.max_deliveries", Type::kCount, AT(queues.max_deliveries),
     "How many deliveries of a message may fail, by NACK or because its consumer was lost; then it goes to "
     "queues.dead_letter. 0: as often as it takes.",
     Zero::kMeaningful},
    {"queues.redelivery_delay", Type::kDuration, AT(queues.redelivery_delay),
     "How long a message waits that was refused by a NACK without a delay of its own; 0: not at all.",
     Zero::kMeaningful},
    {"queues.dead_letter", Type::kText, AT(queues.dead_letter),
     "The queue that takes what cannot be delivered; empty: it is dropped."},

    {"heartbeat.interval", Type::kDuration, AT(heartbeat.interval),
     "The heart-beat offered to clients, both ways; 0: none.", Zero::kMeaningful},
    {"heartbeat.tolerance", Type::kNumber, AT(heartbeat.tolerance),
     "A client is missed after this many times the agreed interval, at least 1,"},
    {"heartbeat.floor", Type::kDuration, AT(heartbeat.floor), "but never before this,"},
    {"heartbeat.ping_timeout", Type::kDuration, AT(heartbeat.ping_timeout),
     "and only if it does not answer a WebSocket ping within this."},

    {"log.level", Type::kText, AT(log.level), "The least important lines that are written.", Zero::kRefused,
     "trace|debug|info|warn|error"},
    {"log.format", Type::kText, AT(log.format), "Lines for people or objects for machines.", Zero::kRefused,
     "text|json"},

    {"admin.token", Type::kSecret, AT(admin.token),
     "The bearer token of the admin API. Better: admin.token_file."},
    {"admin.token_file", Type::kText, AT(admin.token_file), "A file with that token."},
    {"admin.hosts", Type::kList, AT(admin.hosts),
     "Host names, besides local ones, by which browsers may reach the admin listener."},
    {"admin.allowed_origins", Type::kList, AT(admin.allowed_origins),
     "Origins whose pages may call the admin API."},
    {"admin.metrics_need_token", Type::kBool, AT(admin.metrics_need_token),
     "Ask for the token on /metrics too."},

    {"cluster.name", Type::kText, AT(cluster.name), "The name that brokers sharing a NATS have in common."},
    {"cluster.node", Type::kText, AT(cluster.node), "This broker's name among them; empty: the host's name."},
};

#undef AT

// Levenshtein's distance, in one row.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, changed});
        }
    }
    return row.back();
}

}  // namespace

const std::vector<Key>& keys() { return kKeys; }

const Key* find_key(std::string_view name) {
    const auto found =
        std::find_if(kKeys.begin(), kKeys.end(), [&](const Key& key) { return key.name == name; });
    return found == kKeys.end() ? nullptr : &*found;
}

std::string nearest(std::string_view name, const std::vector<std::string_view>& among) {
    if (name.size() > 100) return {};
    std::string_view best;
    std::size_t least = 1 + name.size() / 3;  // further away it is no typing error
    for (const std::string_view one : among) {
        // The right key in a wrong section, or in none, is near as well.
        const std::string_view leaf = one.substr(one.rfind('.') + 1);
        const std::size_t away = name.substr(name.rfind('.') + 1) == leaf ? 1 : distance(name, one);
        if (away >= least) continue;
        least = away;
        best = one;
    }
    return std::string(best);
}

}  // namespace causeway::config
