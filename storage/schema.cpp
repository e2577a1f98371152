#include "storage/schema.hpp"

#include <array>
#include <cstdlib>

namespace causeway::storage {

namespace {

constexpr int kApplicationId = 0x43535759;  // "CSWY"; `file` and we tell a store by it

// Version 1. Names are kept once (users, conversations); rows elsewhere carry integer keys. Every
// log is a narrow table of (owner, offset) beside the entries, so that a page of it is one seek.
constexpr const char* kVersion1 = R"sql(
CREATE TABLE meta (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    epoch TEXT NOT NULL,
    last_offset INTEGER NOT NULL
) STRICT;

CREATE TABLE users (
    user INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE conversations (
    conversation INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    creator INTEGER,
    low_user INTEGER,
    high_user INTEGER,
    created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX conversations_by_pair ON conversations (low_user, high_user) WHERE low_user IS NOT NULL;

CREATE TABLE members (
    conversation INTEGER NOT NULL,
    user INTEGER NOT NULL,
    role TEXT NOT NULL,
    joined_at INTEGER NOT NULL,
    PRIMARY KEY (conversation, user)
) STRICT, WITHOUT ROWID;
CREATE INDEX members_by_user ON members (user, conversation);

CREATE TABLE past_members (
    conversation INTEGER NOT NULL,
    user INTEGER NOT NULL,
    joined_at INTEGER NOT NULL,
    left_at INTEGER NOT NULL,
    PRIMARY KEY (conversation, user, joined_at)
) STRICT, WITHOUT ROWID;

CREATE TABLE entries (
    offset INTEGER PRIMARY KEY,
    conversation INTEGER,
    sequence INTEGER,
    message_id TEXT NOT NULL,
    timestamp INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    envelope BLOB NOT NULL
) STRICT;
CREATE INDEX entries_by_message_id ON entries (message_id);

CREATE TABLE conversation_log (
    conversation INTEGER NOT NULL,
    offset INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    PRIMARY KEY (conversation, offset)
) STRICT, WITHOUT ROWID;

CREATE TABLE private_log (
    user INTEGER NOT NULL,
    offset INTEGER NOT NULL,
    PRIMARY KEY (user, offset)
) STRICT, WITHOUT ROWID;

CREATE TABLE idempotency (
    offset INTEGER PRIMARY KEY,
    sender INTEGER NOT NULL,
    hash INTEGER NOT NULL,
    command TEXT NOT NULL,
    client_msg_id TEXT NOT NULL,
    digest BLOB NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX idempotency_by_hash ON idempotency (sender, hash);

CREATE TABLE cursors (
    user INTEGER NOT NULL,
    device TEXT NOT NULL,
    log TEXT NOT NULL,
    offset INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (user, device, log)
) STRICT, WITHOUT ROWID;
)sql";

// Version 2. Logs of their own (inboxes, histories of topics), what was sent to a device, watermarks,
// edits and marks of deletion, the outbox, and what retention needs to know.
constexpr const char* kVersion2 = R"sql(
ALTER TABLE conversation_log ADD COLUMN sender INTEGER;
ALTER TABLE entries ADD COLUMN refers_to INTEGER;

ALTER TABLE cursors ADD COLUMN written INTEGER NOT NULL DEFAULT 0;
ALTER TABLE cursors ADD COLUMN sessions INTEGER NOT NULL DEFAULT 0;
CREATE INDEX cursors_in_use ON cursors (sessions) WHERE sessions > 0;

DROP INDEX members_by_user;
CREATE INDEX members_by_user ON members (user, conversation, joined_at);
CREATE INDEX past_members_by_user ON past_members (user, left_at, conversation, joined_at);

CREATE TABLE logs (
    log INTEGER PRIMARY KEY,
    destination TEXT NOT NULL UNIQUE,
    user INTEGER
) STRICT;
CREATE INDEX logs_by_user ON logs (user) WHERE user IS NOT NULL;

CREATE TABLE log_entries (
    log INTEGER NOT NULL,
    offset INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    PRIMARY KEY (log, offset)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX log_entries_by_offset ON log_entries (offset);

CREATE TABLE wide_spans (
    conversation INTEGER NOT NULL,
    wide_after INTEGER NOT NULL,
    wide_until INTEGER,
    PRIMARY KEY (conversation, wide_after)
) STRICT, WITHOUT ROWID;

CREATE TABLE watermarks (
    conversation INTEGER NOT NULL,
    user INTEGER NOT NULL,
    delivered INTEGER NOT NULL,
    read INTEGER NOT NULL,
    PRIMARY KEY (conversation, user)
) STRICT, WITHOUT ROWID;

CREATE TABLE revisions (
    original INTEGER NOT NULL,
    offset INTEGER NOT NULL,
    envelope BLOB NOT NULL,
    PRIMARY KEY (original, offset)
) STRICT, WITHOUT ROWID;

CREATE TABLE hidden (
    user INTEGER NOT NULL,
    offset INTEGER NOT NULL,
    PRIMARY KEY (user, offset)
) STRICT, WITHOUT ROWID;
CREATE INDEX hidden_by_offset ON hidden (offset);

CREATE TABLE outbox (
    id INTEGER PRIMARY KEY,
    subject TEXT NOT NULL,
    msg_id TEXT NOT NULL,
    payload BLOB NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE floors (
    kind INTEGER NOT NULL,
    owner INTEGER NOT NULL,
    offset INTEGER NOT NULL,
    sequence INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (kind, owner)
) STRICT, WITHOUT ROWID;

CREATE TABLE usage (
    kind TEXT PRIMARY KEY,
    entries INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    swept_to INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO usage (kind, entries, bytes, swept_to) VALUES
    ('direct', 0, 0, 0), ('group', 0, 0, 0), ('room', 0, 0, 0), ('inbox', 0, 0, 0), ('topic', 0, 0, 0);
UPDATE usage SET (entries, bytes) = (
    SELECT count(*), coalesce(sum(length(e.envelope)), 0) FROM entries e
    JOIN conversations c ON c.conversation = e.conversation
    WHERE CASE c.kind WHEN 'direct' THEN 'direct' WHEN 'group' THEN 'group' ELSE 'room' END = usage.kind);
INSERT INTO wide_spans (conversation, wide_after)
    SELECT conversation, (SELECT last_offset FROM meta) FROM members m
    JOIN conversations c USING (conversation) WHERE c.kind = 'group'
    GROUP BY conversation HAVING count(*) > 500;
)sql";

// Version 3. Queues: how much each holds, and how often a message of one came back.
constexpr const char* kVersion3 = R"sql(
CREATE TABLE queues (
    log INTEGER PRIMARY KEY,
    entries INTEGER NOT NULL,
    bytes INTEGER NOT NULL
) STRICT;

CREATE TABLE queue_deliveries (
    offset INTEGER PRIMARY KEY,
    deliveries INTEGER NOT NULL
) STRICT;

INSERT INTO usage (kind, entries, bytes, swept_to) SELECT 'queue', 0, 0, last_offset FROM meta;
)sql";

// kSteps[n] leads from version n to n + 1.
constexpr std::array<const char*, kSchemaVersion> kSteps{kVersion1, kVersion2, kVersion3};

int number(Database& database, const std::string& pragma) {
    return std::atoi(database.value_of("PRAGMA " + pragma).c_str());
}

}  // namespace

void check_origin(Database& database) {
    const int version = number(database, "user_version");
    const bool empty = database.value_of("SELECT count(*) FROM sqlite_schema") == "0";
    if (!empty && number(database, "application_id") != kApplicationId)
        throw Error("open", database.path(), "is an SQLite file, but not a Causeway store; set another path",
                    0);
    if (!empty && version < 1)
        throw Error("open", database.path(),
                    "is damaged: it has tables, but says schema " + std::to_string(version) +
                        "; restore a backup, or move the file away together with the -wal file beside it",
                    0);
    if (version > kSchemaVersion)
        throw Error("open", database.path(),
                    "was written by a newer Causeway (schema " + std::to_string(version) +
                        ", this one knows " + std::to_string(kSchemaVersion) +
                        "); run that one, or restore a backup made by this one",
                    0);
}

void migrate(Database& database, Random& random, int to) {
    int version = number(database, "user_version");
    check_origin(database);
    for (; version < to; ++version) {
        Transaction transaction(database, Access::kWrite);
        database.execute(kSteps[static_cast<std::size_t>(version)]);
        if (version == 0) {
            database.execute("INSERT INTO meta VALUES (1, '" + random_hex(random, 16) + "', 0)");
            database.execute("PRAGMA application_id=" + std::to_string(kApplicationId));
        }
        database.execute("PRAGMA user_version=" + std::to_string(version + 1));
        transaction.commit();
    }
}

void check_soundness(Database& database) {
    const std::string found = database.value_of("PRAGMA quick_check(1)");
    if (found != "ok")
        throw Error("check", database.path(),
                    "is damaged: " + found +
                        "; restore a backup, or move the file away together with the -wal file beside it",
                    0);
}

}  // namespace causeway::storage
