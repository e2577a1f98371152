// Looks at a store's file before anything writes to it: what is damaged, foreign or of a newer program is
// refused as it lies there, never overwritten or deleted.
#pragma once

#include "storage/store_options.hpp"

namespace causeway::storage {

// Throws Error with the path and what to do. Reads all of a file of up to StoreOptions::checked_bytes.
// Does nothing where there is no file yet. The directory is locked.
void check_file(const StoreOptions& options);

}  // namespace causeway::storage
