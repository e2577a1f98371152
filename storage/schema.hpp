// The tables, and the way from any older version of them to this program's. What each table is for
// is in README.md.
#pragma once

#include <string>

#include "broker/base/random.hpp"
#include "storage/database.hpp"

namespace causeway::storage {

inline constexpr int kSchemaVersion = 3;

// Brings the file to kSchemaVersion, one transaction per step: a crash in between leaves the last
// complete version. Throws Error for a file of a newer program and for one that is not a store's.
// (`to` is less in tests that need a file of an older program.)
void migrate(Database& database, Random& random, int to = kSchemaVersion);

// Throws Error for a file of a newer program and for one that is not a store's; writes nothing.
void check_origin(Database& database);

// Throws Error, naming what is broken, unless SQLite finds the file sound. Reads all of it.
void check_soundness(Database& database);

}  // namespace causeway::storage
