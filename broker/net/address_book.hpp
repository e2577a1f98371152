// How many strangers (sockets without a CONNECT that was accepted) each address has, so that one
// address cannot take all descriptors. Any thread; one lock, taken at accept and at CONNECTED only.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace causeway::net {

class AddressBook : public std::enable_shared_from_this<AddressBook> {
public:
    // Releasing it, at CONNECTED or with the socket, makes room for another stranger.
    class Ticket {
    public:
        Ticket(std::shared_ptr<AddressBook> book, std::string address)
            : book_(std::move(book)), address_(std::move(address)) {}
        Ticket(const Ticket&) = delete;
        Ticket& operator=(const Ticket&) = delete;
        ~Ticket() { book_->release(address_); }

    private:
        const std::shared_ptr<AddressBook> book_;
        const std::string address_;
    };

    // `limit` 0 = unlimited.
    explicit AddressBook(std::size_t limit) : limit_(limit) {}

    // Null when the address has `limit` strangers already.
    [[nodiscard]] std::unique_ptr<Ticket> admit(const std::string& address) {
        const std::lock_guard lock(mutex_);
        std::size_t& strangers = strangers_[address];
        if (limit_ != 0 && strangers >= limit_) return nullptr;
        ++strangers;
        return std::make_unique<Ticket>(shared_from_this(), address);
    }

private:
    void release(const std::string& address) {
        const std::lock_guard lock(mutex_);
        const auto found = strangers_.find(address);
        if (--found->second == 0) strangers_.erase(found);
    }

    const std::size_t limit_;
    std::mutex mutex_;
    std::unordered_map<std::string, std::size_t> strangers_;  // guarded by mutex_
};

}  // namespace causeway::net
