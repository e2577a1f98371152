#include "tests/system/canary.hpp"

#include <algorithm>

#include "tests/system/party.hpp"

namespace causeway::test {

namespace {

constexpr const char* kTopic = "/topic/open/canary";

}  // namespace

Canary::Canary(const BrokerProcess& broker)
    : sender_(enters(broker, {"canary-sender"})), hearer_(enters(broker, {"canary-hearer"})) {
    if (hearer_.subscribes(kTopic).command != "RECEIPT") throw SocketError("the canary may not subscribe");
    thread_ = std::thread([this] { sing(); });
}

Canary::~Canary() { (void)stop(); }

bool Canary::sings(int more) const {
    const int goal = rounds() + more;
    return eventually([&] { return rounds() >= goal; });
}

std::string Canary::stop() {
    stopping_ = true;
    if (thread_.joinable()) thread_.join();
    return fault_;
}

std::chrono::milliseconds Canary::percentile(int of_hundred) const {
    if (took_.empty()) return std::chrono::milliseconds{0};
    auto sorted = took_;
    std::sort(sorted.begin(), sorted.end());
    return sorted[std::min(sorted.size() - 1, sorted.size() * static_cast<std::size_t>(of_hundred) / 100)];
}

void Canary::sing() {
    try {
        // Some breath between two messages: this is a guest on the machine, not its load.
        while (throughout(std::chrono::milliseconds(2), [this] { return !stopping_; })) {
            const auto began = std::chrono::steady_clock::now();
            const std::string text = std::to_string(rounds_);
            sender_.sends(kTopic, text);
            const std::string heard = hearer_.sees_body();
            if (heard != text) {
                fault_ = "heard '" + heard + "' for '" + text + "'";
                return;
            }
            took_.push_back(
                std::chrono::ceil<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began));
            slowest_ = std::max(slowest_, took_.back());
            ++rounds_;
        }
        if (!hearer_.everything_so_far().empty()) fault_ = "heard more than was said";
    } catch (const std::exception& error) {
        fault_ = error.what();
    }
}

}  // namespace causeway::test
