// What a client put between BEGIN and COMMIT: frames that were read and found good, in their order. Values;
// nothing is carried out here.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "broker/app/prepared_command.hpp"
#include "broker/base/clock.hpp"
#include "broker/session/acknowledgement.hpp"
#include "broker/session/kept_sends.hpp"
#include "broker/session/limits.hpp"

namespace causeway::session {

class Transaction {
public:
    struct Frame {
        std::string name;  // "SEND to /queue/a": for whom it made fail
        std::variant<KeptSends::Send, Acknowledgement, app::PreparedCommand> what;
    };

    Transaction(std::string name, Monotonic began) : name_(std::move(name)), began_(began) {}

    void add(Frame frame, std::size_t bytes) {
        frames_.push_back(std::move(frame));
        bytes_ += bytes;
    }
    // One of its frames was refused: it can only be aborted. The first reason stays.
    void on_refused(const std::string& frame_name, const Refusal& refusal) {
        if (!refusal_) refusal_ = said_of(frame_name, refusal);
    }
    // Why nothing of it was done: the refusal with the frame's name before it.
    [[nodiscard]] Refusal said_of(const std::string& frame_name, const Refusal& refusal) const {
        return {
            refusal.code,
            "nothing of transaction " + name_ + " was done, because of " + frame_name + ": " + refusal.text,
            refusal.field};
    }

    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] Monotonic began() const { return began_; }
    [[nodiscard]] std::vector<Frame>& frames() { return frames_; }
    [[nodiscard]] const std::vector<Frame>& frames() const { return frames_; }
    [[nodiscard]] std::size_t count() const { return frames_.size(); }
    [[nodiscard]] std::size_t bytes() const { return bytes_; }
    [[nodiscard]] const std::optional<Refusal>& refusal() const { return refusal_; }

private:
    std::string name_;
    Monotonic began_;
    std::vector<Frame> frames_;
    std::size_t bytes_ = 0;
    std::optional<Refusal> refusal_;
};

}  // namespace causeway::session
