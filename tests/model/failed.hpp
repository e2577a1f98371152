// What the product did is not what the model says. Ends the trial; the text says what and where.
#pragma once

#include <stdexcept>
#include <string>

namespace causeway::model {

class Failed : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

inline void require(bool holds, const std::string& what) {
    if (!holds) throw Failed(what);
}

}  // namespace causeway::model
