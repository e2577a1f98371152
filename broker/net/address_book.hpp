// Which addresses may come in, and how many strangers (sockets without a CONNECT that was accepted) each has, so
// that one address cannot take all descriptors. Any thread; one lock, taken at accept and at CONNECTED only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "broker/base/address_ranges.hpp"

namespace causeway::net {

struct AddressRules {
    AddressRanges allowed;  // empty: all
    AddressRanges denied;   // wins over allowed
    // Balancers and proxies. They are not counted themselves: those they speak for are.
    AddressRanges proxies;
};

class AddressBook : public std::enable_shared_from_this<AddressBook> {
public:
    // Releasing it, at CONNECTED or with the socket, makes room for another stranger.
    class Ticket {
    public:
        Ticket(std::shared_ptr<AddressBook> book, std::string address)
            : book_(std::move(book)), address_(std::move(address)) {}
        Ticket(const Ticket&) = delete;
        Ticket& operator=(const Ticket&) = delete;
        ~Ticket() {
            if (book_) book_->release(address_);
        }

    private:
        const std::shared_ptr<AddressBook> book_;  // null: not counted
        const std::string address_;
    };

    // `limit` 0 = unlimited.
    explicit AddressBook(std::size_t limit, AddressRules rules = {}) : limit_(limit), rules_(std::move(rules)) {}

    [[nodiscard]] const AddressRanges& proxies() const { return rules_.proxies; }
    [[nodiscard]] bool welcomes(const std::string& address) const {
        if (proxies().contains(address)) return true;
        return !rules_.denied.contains(address) && (rules_.allowed.empty() || rules_.allowed.contains(address));
    }

    // Null when the address is not welcome or has `limit` strangers already; counted.
    [[nodiscard]] std::unique_ptr<Ticket> admit(const std::string& address) {
        if (proxies().contains(address)) return std::make_unique<Ticket>(nullptr, address);
        const bool welcome = welcomes(address);
        const std::lock_guard lock(mutex_);
        if (!welcome) return ++refused_.denied, nullptr;
        const auto found = strangers_.find(address);
        if (limit_ != 0 && found != strangers_.end() && found->second >= limit_) return ++refused_.too_many, nullptr;
        ++strangers_[address];
        return std::make_unique<Ticket>(shared_from_this(), address);
    }

    // By admit(), since the beginning.
    struct Refused {
        std::uint64_t denied = 0;
        std::uint64_t too_many = 0;
    };
    [[nodiscard]] Refused refused() const {
        const std::lock_guard lock(mutex_);
        return refused_;
    }

private:
    void release(const std::string& address) {
        const std::lock_guard lock(mutex_);
        const auto found = strangers_.find(address);
        if (--found->second == 0) strangers_.erase(found);
    }

    // Constant after construction
    const std::size_t limit_;
    const AddressRules rules_;

    mutable std::mutex mutex_;
    std::unordered_map<std::string, std::size_t> strangers_;  // guarded by mutex_
    Refused refused_;                                         // guarded by mutex_
};

}  // namespace causeway::net
