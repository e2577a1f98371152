// Bytes ready for the wire: made once, then shared by every connection of one shard that sends them.
// The count is not atomic: a frame never leaves the thread that made it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string_view>
#include <utility>

namespace causeway::net {

class FrameRef {
public:
    FrameRef() = default;
    FrameRef(const FrameRef& other) : body_(other.body_) {
        if (body_ != nullptr) ++body_->count;
    }
    FrameRef(FrameRef&& other) noexcept : body_(std::exchange(other.body_, nullptr)) {}
    FrameRef& operator=(FrameRef other) noexcept {
        std::swap(body_, other.body_);
        return *this;
    }
    ~FrameRef() {
        if (body_ != nullptr) release(body_);
    }

    // `head` followed by `payload`. Throws std::bad_alloc.
    [[nodiscard]] static FrameRef make(std::string_view head, std::string_view payload) {
        FrameRef frame;
        frame.body_ = static_cast<Body*>(std::malloc(sizeof(Body) + head.size() + payload.size()));
        if (frame.body_ == nullptr) throw std::bad_alloc();
        alive_ += sizeof(Body) + head.size() + payload.size();
        frame.body_->count = 1;
        frame.body_->size = static_cast<std::uint32_t>(head.size() + payload.size());
        frame.body_->twin = nullptr;
        if (!head.empty()) std::memcpy(frame.body_->bytes(), head.data(), head.size());
        if (!payload.empty()) std::memcpy(frame.body_->bytes() + head.size(), payload.data(), payload.size());
        return frame;
    }

    // The memory of all frames of this thread.
    [[nodiscard]] static std::size_t alive() { return alive_; }

    [[nodiscard]] explicit operator bool() const { return body_ != nullptr; }
    [[nodiscard]] std::size_t size() const { return body_->size; }
    [[nodiscard]] std::string_view bytes() const { return {body_->bytes(), body_->size}; }

    // The same message made for other receivers, kept beside this frame so that it is made once. May be the
    // frame itself; empty until set. A twin has no twin.
    [[nodiscard]] FrameRef twin() const {
        FrameRef frame;
        frame.body_ = body_->twin;
        if (frame.body_ != nullptr) ++frame.body_->count;
        return frame;
    }
    // Once.
    void set_twin(const FrameRef& twin) const {
        body_->twin = twin.body_;
        if (twin.body_ != body_) ++twin.body_->count;  // counting itself, it would stay for ever
    }

private:
    struct Body {
        std::uint32_t count;
        std::uint32_t size;
        Body* twin;
        char* bytes() { return reinterpret_cast<char*>(this + 1); }
    };
    static void release(Body* body) {
        if (--body->count > 0) return;
        if (body->twin != nullptr && body->twin != body) release(body->twin);
        alive_ -= sizeof(Body) + body->size;
        std::free(body);
    }

    inline static thread_local std::size_t alive_ = 0;

    Body* body_ = nullptr;
};

}  // namespace causeway::net
