#include "tests/conformance/sockjs_users.hpp"

#include <cstdlib>

namespace causeway::test {

namespace {

class User : public net::TransportUser {
public:
    explicit User(net::Transport& transport) : transport_(transport) { transport.allow(1 << 20); }
    void on_pong(std::uint32_t) override {}
    void on_deadline(Monotonic) override {}
    void on_drained() override {}
    void on_slow() override { transport_.close({}, {1008, "slow"}); }
    void on_gone(Gone) override {}

protected:
    void say(std::string_view text) { transport_.send(net::wrap(transport_.wire(), text)); }
    net::Transport& transport_;
};

class Echo final : public User {
public:
    using User::User;
    void on_bytes(std::string_view bytes) override { say(bytes); }
};

// As many octets as the number says that it was sent.
class Amplifier final : public User {
public:
    using User::User;
    void on_bytes(std::string_view bytes) override {
        const int power = std::atoi(std::string(bytes).c_str());
        say(std::string(std::size_t{1} << (power > 0 && power < 19 ? power : 1), 'x'));
    }
};

class Closer final : public User {
public:
    explicit Closer(net::Transport& transport) : User(transport) {
        transport.set_deadline(Monotonic{});
        if (transport.wire() == net::Wire::kSockJsHttp) close();
    }
    void on_bytes(std::string_view) override {}
    void on_deadline(Monotonic) override { close(); }

private:
    void close() { transport_.close({}, {3000, "Go away!"}); }
};

class Listener final : public User {
public:
    Listener(net::Transport& transport, Audience& audience) : User(transport), audience_(audience) {
        audience_.insert(&transport);
    }
    ~Listener() override { audience_.erase(&transport_); }
    void on_bytes(std::string_view bytes) override {
        for (net::Transport* const transport : audience_)
            transport->send(net::wrap(transport->wire(), bytes));
    }

private:
    Audience& audience_;
};

template <typename Made>
net::SockJsService service(std::string prefix) {
    net::SockJsService made;
    made.prefix = std::move(prefix);
    made.first_message_bytes = 1 << 20;
    made.make_user = [](net::Transport& transport) { return std::make_unique<Made>(transport); };
    return made;
}

}  // namespace

std::vector<net::SockJsService> services(Audience& audience) {
    std::vector<net::SockJsService> all{service<Echo>("/echo"),
                                        service<Echo>("/disabled_websocket_echo"),
                                        service<Echo>("/cookie_needed_echo"),
                                        service<Closer>("/close"),
                                        service<Amplifier>("/amplify"),
                                        service<Echo>("/broadcast")};
    all[1].websocket = false;
    all[2].cookie_needed = true;
    all[5].make_user = [&audience](net::Transport& transport) {
        return std::make_unique<Listener>(transport, audience);
    };
    return all;
}

}  // namespace causeway::test
