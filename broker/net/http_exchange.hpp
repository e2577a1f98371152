// One HTTP request whose answer comes later, or in parts over minutes: what long polls and streams are
// made of. Belongs to its connection's loop.
#pragma once

#include <string_view>

#include "broker/net/frame.hpp"
#include "broker/net/http_response.hpp"

namespace causeway::net {

// Who answers. Told of the end unless he made it himself.
class HttpExchangeUser {
public:
    // All that was given so far has left, as tell_written() asked.
    virtual void on_written() = 0;
    // The peer or the connection is gone; the exchange is not to be used any more.
    virtual void on_gone() = 0;

protected:
    ~HttpExchangeUser() = default;
};

class HttpExchange {
public:
    // Before the call that brought the request returns. `user` lives until respond(), end() or on_gone().
    virtual void answer_by(HttpExchangeUser& user) = 0;

    // The whole answer; the exchange is over.
    virtual void respond(HttpResponse response) = 0;

    // Or: a head, parts that leave one by one, and the end. HTTP/1.0 gets them without chunks.
    virtual void begin(HttpResponse head) = 0;
    virtual void write(const FrameRef& part) = 0;
    virtual void end() = 0;

    // on_written() will be called once, also if nothing waits.
    virtual void tell_written() = 0;
    // The peer has proved who he is.
    virtual void acquaint() = 0;

protected:
    ~HttpExchange() = default;
};

}  // namespace causeway::net
