#include "broker/net/sockjs_joined.hpp"

#include <algorithm>

namespace causeway::net {

namespace {

// a["one"] and a["two"] make a["one","two"].
std::string joined(const std::vector<FrameRef>& parts) {
    std::size_t size = 0;
    for (const FrameRef& part : parts) size += part.size();
    std::string frame;
    frame.reserve(size);
    frame = parts.front().bytes();
    for (auto part = parts.begin() + 1; part != parts.end(); ++part) {
        frame.back() = ',';
        frame.append(part->bytes().substr(2));
    }
    return frame;
}

}  // namespace

SockJsFrame SockJsJoined::join(const std::deque<FrameRef>& waiting, std::size_t count) {
    if (is_last(waiting, count)) return last_;
    parts_.assign(waiting.begin(), waiting.begin() + static_cast<std::ptrdiff_t>(count));
    return last_ = std::make_shared<const std::string>(joined(parts_));
}

bool SockJsJoined::is_last(const std::deque<FrameRef>& waiting, std::size_t count) const {
    return last_ && parts_.size() == count &&
           std::equal(
               parts_.begin(), parts_.end(), waiting.begin(),
               [](const FrameRef& a, const FrameRef& b) { return a.bytes().data() == b.bytes().data(); });
}

void SockJsJoined::end_turn() {
    parts_.clear();
    last_.reset();
}

const FrameRef& SockJsEnveloped::of(sockjs::Transport transport, const std::string& callback,
                                    const SockJsFrame& frame) {
    if (frame_ == frame && transport_ == transport && callback_ == callback) return last_;
    last_ = FrameRef::make({}, sockjs::enveloped(transport, callback, *frame));
    frame_ = frame;
    transport_ = transport;
    callback_ = callback;
    return last_;
}

void SockJsEnveloped::end_turn() {
    frame_.reset();
    last_ = FrameRef();
}

}  // namespace causeway::net
