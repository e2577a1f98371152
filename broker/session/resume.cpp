#include "broker/session/resume.hpp"

#include <charconv>

namespace causeway::session {

std::optional<Refusal> read_resume(const stomp::Frame& frame, Resume& resume) {
    if (const auto from = frame.header("resume")) {
        if (*from != "device")
            return Refusal{ErrorCode::kSubscribeFailed, "resume must be 'device'", "resume"};
        resume.from = Resume::From::kDevice;
    }
    const auto after = frame.header("resume-after");
    if (!after) return std::nullopt;
    std::uint64_t offset = 0;
    const auto [end, error] = std::from_chars(after->data(), after->data() + after->size(), offset);
    if (error != std::errc{} || end != after->data() + after->size())
        return Refusal{ErrorCode::kSubscribeFailed, "resume-after must be an offset: digits only",
                       "resume-after"};
    if (resume.from == Resume::From::kLive) resume.from = Resume::From::kOffset;
    resume.after = Offset{offset};
    if (const auto epoch = frame.header("epoch")) resume.epoch = std::string(*epoch);
    return std::nullopt;
}

Beginning beginning_of(const Resume& resume, const storage::LogState& state) {
    const Beginning live{state.store_end, false, false};
    if (resume.from == Resume::From::kDevice && state.cursor) {
        if (*state.cursor > state.store_end) return live;
        return {*state.cursor, true, *state.cursor >= state.floor};
    }
    if (!resume.after || (resume.epoch && *resume.epoch != state.epoch)) return live;
    if (*resume.after > state.store_end) return live;
    const bool whole = *resume.after >= state.floor;
    if (!whole && value(*resume.after) != 0) return live;
    return {*resume.after, true, whole};
}

}  // namespace causeway::session
