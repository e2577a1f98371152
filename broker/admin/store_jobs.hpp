// Work of the store that takes minutes: started by one request, asked for by others. One at a time; the last
// one that ended is remembered until the next begins.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "broker/admin/json.hpp"
#include "broker/admin/store_view.hpp"
#include "broker/base/clock.hpp"

namespace causeway::admin {

class StoreJobs {
public:
    // Called once by whoever does the work, on any thread, also when these jobs are no more.
    using OnEnd = std::function<void(FromStore<Json>)>;

    // `clock` outlives this object.
    explicit StoreJobs(const Clock& clock) : clock_(clock) {}

    // The job that `begin` started, or nothing: another one is running.
    [[nodiscard]] std::optional<Json> start(std::string_view kind, const std::function<void(OnEnd)>& begin);

    // {"id", "kind", "state": "running" | "done" | "failed", "startedAt", "elapsedMs", "result", "error"}.
    // Nothing: no job has this id, or another one was started since.
    [[nodiscard]] std::optional<Json> find(std::string_view id) const;
    // The last one.
    [[nodiscard]] std::optional<Json> last() const;

private:
    struct Job {
        std::uint64_t id;
        std::string kind;
        WallTime started_at;
        Monotonic began;

        // Written by whichever thread ends the job.
        std::mutex mutex;
        std::optional<FromStore<Json>> end;  // under mutex
        Monotonic ended{};                   // under mutex
    };
    [[nodiscard]] Json describe(Job& job) const;

    const Clock& clock_;
    std::uint64_t next_id_ = 1;
    std::shared_ptr<Job> job_;
};

}  // namespace causeway::admin
