// What all reading of logs is made of, prepared once for a connection.
#pragma once

#include "storage/entry_reader.hpp"
#include "storage/floors.hpp"
#include "storage/log_rows.hpp"
#include "storage/names.hpp"
#include "storage/sequence_search.hpp"
#include "storage/visibility.hpp"

namespace causeway::storage {

struct LogTables {
    LogTables(Database& database, std::size_t bytes)
        : names(database),
          rows(database),
          visibility(database),
          entries(database),
          floors(database),
          search(database),
          page_bytes(bytes) {}

    Names names;
    LogRows rows;
    Visibility visibility;
    EntryReader entries;
    Floors floors;
    SequenceSearch search;
    const std::size_t page_bytes;
};

}  // namespace causeway::storage
