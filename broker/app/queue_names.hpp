// What the members' queues of a conversation are called as routed, kept from one of its messages to the
// next: a busy group of five hundred would otherwise have a thousand names encoded per message. The list of
// members is immutable and shared between the entries that saw it, so it stands for itself. One thread.
#pragma once

#include <list>
#include <string>
#include <unordered_map>
#include <vector>

#include "storage/envelope.hpp"

namespace causeway::app {

class QueueNames {
public:
    // Names kept at most; the conversations longest without a message are forgotten first.
    explicit QueueNames(std::size_t most = 200'000) : most_(most) {}

    // /user/{member}/queue/messages of each member, in their order. Good until the next call.
    [[nodiscard]] const std::vector<std::string>& of(const storage::Members& members);
    [[nodiscard]] std::size_t kept() const { return kept_; }

private:
    struct Kept {
        storage::Members members;  // keeps its address from being another list's
        std::vector<std::string> names;
    };
    using List = std::list<Kept>;

    const std::size_t most_;
    std::size_t kept_ = 0;
    List by_use_;  // the last used first
    std::unordered_map<const void*, List::iterator> by_members_;
    std::vector<std::string> few_;  // of a list too short to be worth keeping
};

}  // namespace causeway::app
