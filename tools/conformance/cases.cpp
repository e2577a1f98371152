#include <algorithm>

#include "tools/conformance/case.hpp"

namespace causeway::conformance {

std::vector<Case> all_cases() {
    std::vector<Case> all;
    for (const auto part :
         {encoding_cases(), framing_cases(), connecting_cases(), heart_beat_cases(), answer_cases(),
          subscription_cases(), ack_cases(), transaction_cases(), websocket_cases(), sockjs_cases()})
        all.insert(all.end(), part.begin(), part.end());
    std::stable_sort(all.begin(), all.end(),
                     [](const Case& a, const Case& b) { return a.number < b.number; });
    return all;
}

}  // namespace causeway::conformance
