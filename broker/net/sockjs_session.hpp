// A SockJS client over HTTP: a session that outlives the requests which carry it. Frames wait here for a
// request that receives; requests that send are turned back into octets. It knows no sockets: whoever owns it
// carries its parcels to the connection that waits, on whichever shard that is. Belongs to its shard's
// thread.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "broker/net/event_loop.hpp"
#include "broker/net/sockjs.hpp"
#include "broker/net/sockjs_joined.hpp"
#include "broker/net/transport.hpp"

namespace causeway::net {

struct SockJsTimes {
    Milliseconds heartbeat{25'000};  // between frames while a request waits
    Milliseconds disconnect{5'000};  // without a request that receives, the client is gone
    Milliseconds proof{5'000};  // until a ping ends the waiting request, so that the next one proves receipt
};

struct SockJsLimits {
    std::size_t response_bytes = 128 * 1024;  // of one streamed answer
    std::size_t queue_bytes = 1024 * 1024;    // waiting for the client
};

// Where a request waits.
struct SockJsReceiver {
    std::size_t shard = 0;
    std::uint64_t exchange = 0;  // of that shard
    sockjs::Transport transport = sockjs::Transport::kXhr;
};

// What goes to a request that waits. A poll is over with its first parcel.
struct SockJsParcel {
    std::uint64_t exchange = 0;
    std::vector<SockJsFrame> frames;
    bool end = false;
    bool acquainted = false;    // the session's user is known
    bool tell_written = false;  // SockJsSession::on_written() is wanted
};

class SockJsSession final : public Transport {
public:
    struct Parts {
        EventLoop& loop;
        const SockJsTimes& times;
        const SockJsLimits& limits;
        SockJsJoined& joined;  // of the shard
        std::function<void(std::size_t shard, SockJsParcel)> carry;
        std::function<void()> wants_flush;  // once per turn in which something was queued
        std::function<void()> is_over;      // may be destroyed, at the end of the turn
        std::size_t first_message_bytes;
    };

    // The first frame, `o`, waits for the first request.
    SockJsSession(Parts parts, Opening opening, std::shared_ptr<void> stranger);
    ~SockJsSession() override;
    void attach(std::unique_ptr<TransportUser> user) { user_ = std::move(user); }

    // A request wants frames. A second one beside it is told to go (SockJS 0.3.3, "Handling close").
    void on_receiver(const SockJsReceiver& receiver);
    // The connection under that request is gone.
    void on_receiver_gone(std::uint64_t exchange);
    void on_written(std::uint64_t exchange);
    // The body of a request that sends.
    enum class Sent : std::uint8_t { kOk, kEmpty, kBroken, kTooLarge, kClosed };
    [[nodiscard]] Sent on_payload(std::string_view payload);
    // Hands what waits to the request that waits.
    void flush();

    void send(const FrameRef& frame) override;
    void ping(std::uint32_t token) override;
    void close(const FrameRef& last, const Farewell& farewell) override;
    void set_deadline(Monotonic due) override;
    void tell_drained() override;
    void read_on(bool on) override;
    void allow(std::size_t message_bytes) override;
    [[nodiscard]] std::size_t queued() const override;
    [[nodiscard]] std::uint64_t written() const override { return written_; }
    [[nodiscard]] const Opening& opening() const override { return opening_; }

private:
    enum class Stage : std::uint8_t {
        kOpen,
        kClosing
    };  // closing: the close frame is all there is to be had
    enum class Slow : std::uint8_t { kNo, kToBeTold, kTold };
    struct Deadline final : Timer {
        Deadline(SockJsSession& owner, void (SockJsSession::*then)(Monotonic)) : session(owner), call(then) {}
        void on_time(Monotonic now) override { (session.*call)(now); }
        SockJsSession& session;
        void (SockJsSession::*call)(Monotonic);
    };
    struct Ping {
        std::uint32_t token;
        std::uint64_t position;   // frames queued before it
        std::uint64_t responses;  // that had ended before it
    };

    [[nodiscard]] std::size_t tell_every() const;
    void push(FrameRef frame);
    void want_flush();
    void tell_slow();
    [[nodiscard]] SockJsFrame take_frame();
    void deliver(SockJsParcel parcel);
    void end_response();
    void prove();
    void interrupt();
    void shut(SockJsFrame close_frame);
    void on_heartbeat(Monotonic now);
    void on_no_receiver(Monotonic now);
    void on_unproven(Monotonic now);
    void on_user_deadline(Monotonic now);

    const Parts parts_;
    const Opening opening_;
    std::shared_ptr<void> stranger_;  // gone when the user is known
    std::unique_ptr<TransportUser> user_;
    Stage stage_ = Stage::kOpen;
    sockjs::Decoder decoder_;
    std::size_t max_message_;
    bool reading_ = true;
    std::string held_;  // octets that came while not reading
    SockJsFrame close_frame_;

    std::optional<SockJsReceiver> receiver_;
    std::size_t response_bytes_ = 0;  // of the answer under way
    std::deque<FrameRef> waiting_;
    std::size_t waiting_bytes_ = 0;
    std::size_t unwritten_ = 0;  // handed on, not known to have left
    bool told_to_tell_ = false;
    bool tell_drained_ = false;
    bool flush_wanted_ = false;
    Slow slow_ = Slow::kNo;
    std::uint64_t written_ = 0;

    // Proof of receipt: a request that receives shows that the answer before it arrived.
    std::uint64_t queued_frames_ = 0;
    std::uint64_t taken_frames_ = 0;
    std::uint64_t answered_frames_ = 0;  // taken when the last answer ended
    std::uint64_t responses_ = 0;        // that have ended
    std::deque<Ping> pings_;

    Deadline heartbeat_{*this, &SockJsSession::on_heartbeat};
    Deadline disconnect_{*this, &SockJsSession::on_no_receiver};
    Deadline proof_{*this, &SockJsSession::on_unproven};
    Deadline deadline_{*this, &SockJsSession::on_user_deadline};
};

}  // namespace causeway::net
