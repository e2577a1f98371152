// STOMP over the HTTP transports of SockJS as sockjs-client does it: one request after the other receives, on
// a connection of its own; what is sent meanwhile is collected and goes by xhr_send on a second one, a
// request at a time. Both connections are kept.
#pragma once

#include <deque>

#include "tools/bench/carrier.hpp"
#include "tools/bench/http_text.hpp"

namespace causeway::bench {

class SockJsHttpCarrier final : public Carrier {
public:
    using Carrier::Carrier;
    void start() override;
    void send(std::string_view frame) override;
    void on_bytes(Lane lane, std::string_view bytes) override;
    void before_write(Lane lane) override;
    [[nodiscard]] bool may_close(Lane lane) override;

private:
    void ask();
    void post();
    void on_answer(std::string_view& bytes);
    void take_piece(std::string_view piece);
    void take_lines(std::string_view& text);
    void on_line(std::string_view line);
    void on_sent(std::string_view& bytes);

    std::string path_;  // of the session, with a slash at its end
    HttpAnswer answer_;
    std::string in_;    // of an answer, not complete
    std::string line_;  // of a body, not complete
    bool open_ = false;

    std::deque<std::string> payloads_;  // JSON arrays that want their last bracket
    bool posting_ = false;
    HttpAnswer sent_;
    std::string sent_in_;
};

}  // namespace causeway::bench
