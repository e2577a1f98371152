// What is left of an envelope when a user is erased: his name nowhere, and nothing of what he said.
#pragma once

#include <string>

#include "storage/envelope.hpp"

namespace causeway::storage {

// Puts `by` wherever a field of the envelope is exactly `user`, and empties it, as a recall does, if he sent
// it. What others wrote about him in words stays. False: he is not in it.
bool erase_from(Envelope& envelope, const std::string& user, const std::string& by);

}  // namespace causeway::storage
