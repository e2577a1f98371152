// From the store's threads back to the shard's: what a handler makes of an answer, and what it says when
// there is none. Nothing here uses Services later: an answer may come after they are gone.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "broker/app/handlers.hpp"

namespace causeway::app {

// `make(const Answered&)` gives the Outcome, on the shard's thread.
template <typename Answered, typename Make>
[[nodiscard]] storage::OnAnswer on_answer(const Services& services, OnOutcome done, Make make) {
    return [post = services.post, done = std::move(done), make = std::move(make)](storage::Answer answer) {
        post([done, make, answer = std::move(answer)] {
            if (const auto* answered = std::get_if<Answered>(&answer)) return done(make(*answered));
            if (const auto* refusal = std::get_if<Refusal>(&answer)) return done(*refusal);
            done(Refusal{ErrorCode::kSendFailed, "the store gave an answer to another question", ""});
        });
    };
}

// The same for a read; `what` is what cannot be read when it failed: "the conversations".
template <typename Read, typename Make>
[[nodiscard]] storage::OnRead<Read> on_read(const Services& services, std::string what, OnOutcome done,
                                            Make make) {
    return [post = services.post, what = std::move(what), done = std::move(done),
            make = std::move(make)](std::variant<Read, storage::ReadFailed> result) {
        // A std::function is copied, a page should not be.
        auto shared = std::make_shared<std::variant<Read, storage::ReadFailed>>(std::move(result));
        post([what, done, make, shared] {
            if (auto* read = std::get_if<Read>(shared.get())) return done(make(*read));
            done(Refusal{ErrorCode::kSendFailed, what + " cannot be read now; try again", ""});
        });
    };
}

}  // namespace causeway::app
