// A browser's requests, as octets of HTTP one behind the other, through the SockJS site, hub and sessions:
// each is answered at most once and as HTTP, sessions are no more than were asked for, and what a session's
// user gets is UTF-8. The user says everything back; told "close" it closes.
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/random.hpp"
#include "broker/base/utf8.hpp"
#include "broker/net/http_body.hpp"
#include "broker/net/sockjs_site.hpp"
#include "tests/fuzz/check.hpp"

using namespace causeway;
using namespace causeway::net;

namespace {

class Echo final : public TransportUser {
public:
    explicit Echo(Transport& transport) : transport_(transport) {}
    ~Echo() override = default;
    void on_bytes(std::string_view bytes) override {
        FUZZ_CHECK(is_valid_utf8(bytes) && !gone_);
        if (bytes == "close") return transport_.close({}, {1000, "asked"});
        if (bytes == "stop") return transport_.read_on(false);
        if (bytes == "known") transport_.allow(4096);
        if (bytes == "ping") transport_.ping(7);
        transport_.send(wrap(transport_.wire(), bytes));
    }
    void on_pong(std::uint32_t token) override { FUZZ_CHECK(token == 7 && !gone_); }
    void on_deadline(Monotonic /*now*/) override {}
    void on_drained() override {}
    void on_slow() override { transport_.close({}, {4103, "slow"}); }
    void on_gone(Gone /*how*/) override {
        FUZZ_CHECK(!gone_);
        gone_ = true;
    }

private:
    Transport& transport_;
    bool gone_ = false;
};

class Exchange final : public HttpExchange {
public:
    void answer_by(HttpExchangeUser& user) override { user_ = &user; }
    void respond(HttpResponse response) override {
        FUZZ_CHECK(!over_ && !begun_ && response.status >= 200 && response.status < 600);
        over_ = true;
    }
    void begin(HttpResponse head) override {
        FUZZ_CHECK(!over_ && !begun_ && head.status == 200);
        begun_ = true;
    }
    void write(const FrameRef& part) override {
        FUZZ_CHECK(begun_ && !over_);
        FUZZ_CHECK(is_valid_utf8(part.bytes()));
    }
    void end() override {
        FUZZ_CHECK(begun_ && !over_);
        over_ = true;
    }
    void tell_written() override { wants_written_ = true; }
    void acquaint() override {}

    void turn_ends() {
        if (!over_ && std::exchange(wants_written_, false)) user_->on_written();
    }
    void goes() {
        if (!over_ && user_ != nullptr) user_->on_gone();
        over_ = true;
    }

private:
    HttpExchangeUser* user_ = nullptr;
    bool begun_ = false;
    bool over_ = false;
    bool wants_written_ = false;
};

// A shard's part in SockJS, of one service.
struct Service {
    ManualClock clock;
    EventLoop loop{clock};
    SeededRandom random{7};
    std::vector<SockJsService> services;
    std::unique_ptr<SockJsHub> hub;
    std::unique_ptr<SockJsSite> site;

    Service() {
        SockJsService service;
        service.prefix = "/ws";
        service.first_message_bytes = 1024;
        service.make_user = [](Transport& transport) { return std::make_unique<Echo>(transport); };
        services.push_back(std::move(service));
        hub = std::make_unique<SockJsHub>(
            SockJsHubParts{0,
                           1,
                           loop,
                           services,
                           {},
                           [](const std::string&) { return std::make_shared<int>(); },
                           {},
                           {2048, 8192}});
        site = std::make_unique<SockJsSite>(0, *hub, random);
    }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view octets(reinterpret_cast<const char*>(data), size);
    Service service;
    std::vector<std::unique_ptr<Exchange>> exchanges;
    HttpHeadParser parser;
    const std::string peer = "192.0.2.1";
    while (!octets.empty() && exchanges.size() < 64) {
        const HttpParsed parsed = parser.parse(octets);
        const auto* const head = std::get_if<HttpHead>(&parsed);
        if (head == nullptr) break;
        octets.remove_prefix(head->size);
        HttpBodyReader body(*head, 4096);
        const BodyParsed read = body.read(octets);
        const auto* const done = std::get_if<BodyDone>(&read);
        if (done == nullptr) break;
        octets.remove_prefix(done->used);
        auto& exchange = *exchanges.emplace_back(std::make_unique<Exchange>());
        if (!service.site->serves(*head)) continue;
        (void)service.site->websocket_at(*head);
        if (!service.site->answers_later({*head, body.body(), peer}, exchange))
            exchange.respond(service.site->answer(*head));
        service.hub->flush();
        if (head->has("X-Gone")) exchange.goes();
        for (const auto& each : exchanges) each->turn_ends();
        service.hub->flush();
        FUZZ_CHECK(service.hub->sessions() <= exchanges.size());
    }
    for (const auto& each : exchanges) each->goes();
    service.hub->flush();
    service.hub->abandon();
    return 0;
}
