// How a case ends other than well. Thrown by cases and by what they use, caught by the runner.
#pragma once

#include <string>

namespace causeway::conformance {

enum class Verdict { kOk, kWrong, kDiffers, kNotApplicable };

// The broker did something else than the rule says.
struct Wrong {
    std::string expected;
    std::string got;
};

// The broker does not offer what the rule is about, or it cannot be seen from here.
struct NotApplicable {
    std::string why;
};

}  // namespace causeway::conformance
