#include "tools/bench/target.hpp"

#include <netdb.h>
#include <netinet/in.h>

#include <cstring>
#include <memory>
#include <utility>

namespace causeway::bench {

namespace {

bool is_loopback(const addrinfo& found) {
    if (found.ai_family == AF_INET)
        return (ntohl(reinterpret_cast<const sockaddr_in*>(found.ai_addr)->sin_addr.s_addr) >> 24) == 127;
    return IN6_IS_ADDR_LOOPBACK(&reinterpret_cast<const sockaddr_in6*>(found.ai_addr)->sin6_addr);
}

// Takes the scheme off the front; true when it is one with TLS.
bool take_scheme(std::string_view& url) {
    constexpr std::pair<std::string_view, bool> kSchemes[] = {{"ws://", false},   {"http://", false},
                                                              {"tcp://", false},  {"wss://", true},
                                                              {"https://", true}, {"tls://", true}};
    for (const auto& [scheme, tls] : kSchemes) {
        if (url.substr(0, scheme.size()) != scheme) continue;
        url.remove_prefix(scheme.size());
        return tls;
    }
    throw BadOptions("--url starts with ws://, http:// or tcp://, or with wss://, https:// or tls://");
}

}  // namespace

Target resolve(const Options& options) {
    std::string_view url = options.url;
    Target target;
    target.tls = take_scheme(url);
    const std::size_t slash = url.find('/');
    target.authority = url.substr(0, slash);
    target.path = slash == std::string_view::npos ? "/" : url.substr(slash);
    const std::size_t colon = target.authority.rfind(':');
    const bool has_port =
        colon != std::string::npos && target.authority.find(']', colon) == std::string::npos;
    const std::string port = has_port ? target.authority.substr(colon + 1) : target.tls ? "443" : "80";
    target.host = has_port ? target.authority.substr(0, colon) : target.authority;
    if (target.host.size() > 2 && target.host.front() == '[')
        target.host = target.host.substr(1, target.host.size() - 2);

    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICSERV;
    addrinfo* list = nullptr;
    if (getaddrinfo(target.host.c_str(), port.c_str(), &hints, &list) != 0 || !list)
        throw BadOptions("the host or port of --url is unknown: " + target.authority);
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> found(list, freeaddrinfo);
    if (!options.allow_remote && !is_loopback(*found))
        throw BadOptions(target.host + " is another machine; --allow-remote if it is yours to load");
    std::memcpy(&target.address, found->ai_addr, found->ai_addrlen);
    target.length = found->ai_addrlen;
    return target;
}

}  // namespace causeway::bench
