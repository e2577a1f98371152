// The model of what is kept, written from PRODUCT 7: fed with requests in the order of their commits, it
// says what the answers must have been and what each log shows to whom. A value: a backup is a copy.
// Throws Failed when the store says otherwise.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "storage/store.hpp"
#include "tests/model/failed.hpp"
#include "tests/model/store_on_one_thread.hpp"

namespace causeway::model {

using People = std::shared_ptr<const std::set<std::string>>;

struct KeptEntry {
    std::uint64_t offset = 0;
    std::uint64_t sequence = 0;
    std::string message_id;
    std::string text;          // what the sender said
    std::string conversation;  // empty: of an inbox …
    std::string inbox_of;      // … of this user …
    std::string queue;         // … in his queue of this name
    std::string kind;          // of the conversation
    std::string sender;
    std::string device;  // of the sender
    std::uint64_t session = 0;
    People visible_to;  // the members when it was committed
};

struct KeptConversation {
    std::string kind;
    std::string creator;
    std::map<std::string, std::string> roles;  // of the members
    std::uint64_t last_sequence = 0;
    People people{};  // the keys of `roles`, once somebody has asked
};

class Kept {
public:
    explicit Kept(std::size_t wide_above) : wide_above_(wide_above) {}

    void decide(const Decided& decided);

    // What a log shows to its user, by offset.
    [[nodiscard]] std::vector<const KeptEntry*> log(const storage::Log& log) const;
    [[nodiscard]] bool shows(const storage::Log& log, const KeptEntry& entry) const;
    [[nodiscard]] const KeptEntry* find(std::uint64_t offset) const;
    [[nodiscard]] std::uint64_t end() const { return entries_.empty() ? 0 : entries_.rbegin()->first; }
    [[nodiscard]] bool is_member(const std::string& conversation, const std::string& user) const;
    [[nodiscard]] std::vector<std::string> conversations() const;

private:
    void decide(const storage::Append& request, const Decided& decided);
    void decide(const storage::CreateConversation& request, const Decided& decided);
    void decide(const storage::ChangeMembership& request, const Decided& decided);
    template <typename Other>
    void decide(const Other&, const Decided&) {}
    [[nodiscard]] bool may(const storage::ChangeMembership& request) const;
    [[nodiscard]] std::string conversation_of(const storage::Append& request, const Decided& decided);
    KeptEntry entry_of(const storage::Append& request, const std::string& conversation);
    void check_told(const KeptEntry& entry, const Decided& decided) const;
    bool answered_before(const storage::Append& request, const Decided& decided) const;

    struct First {
        std::string said;
        std::uint64_t offset;
    };
    std::size_t wide_above_;
    std::map<std::uint64_t, KeptEntry> entries_;
    std::map<std::string, KeptConversation> conversations_;
    std::map<std::pair<std::string, std::string>, std::string> direct_;  // by pair, ordered
    std::map<std::tuple<std::string, std::string, std::string>, First>
        first_;  // sender, command, clientMsgId
};

}  // namespace causeway::model
