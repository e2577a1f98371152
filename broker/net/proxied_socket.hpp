// The beginning of a connection that comes by a balancer: gathers the PROXY header and counts the client that
// it names. Gone once that is done. Belongs to its connection's thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "broker/net/address_book.hpp"
#include "broker/net/proxy_header.hpp"

namespace causeway::net {

class ProxiedSocket {
public:
    struct Read {
        ProxyHeader::State state;
        std::string source;     // empty: the balancer itself
        std::string following;  // octets behind the header
    };

    explicit ProxiedSocket(std::shared_ptr<AddressBook> book) : book_(std::move(book)) {}

    // Cut anywhere.
    [[nodiscard]] Read read(std::string_view bytes) {
        received_.append(bytes);
        ProxyHeader header = parse_proxy_header(received_);
        if (header.state != ProxyHeader::State::kWhole) return {header.state, {}, {}};
        return {header.state, std::move(header.source), received_.substr(header.size)};
    }
    [[nodiscard]] std::unique_ptr<AddressBook::Ticket> admit(const std::string& client) {
        return book_->admit(client);
    }

private:
    const std::shared_ptr<AddressBook> book_;
    std::string received_;
};

}  // namespace causeway::net
