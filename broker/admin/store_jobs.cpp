#include "broker/admin/store_jobs.hpp"

namespace causeway::admin {

std::optional<Json> StoreJobs::start(std::string_view kind, const std::function<void(OnEnd)>& begin) {
    if (job_) {
        const std::lock_guard lock(job_->mutex);
        if (!job_->end) return std::nullopt;
    }
    job_ = std::make_shared<Job>();
    job_->id = next_id_++;
    job_->kind = kind;
    job_->started_at = clock_.wall();
    job_->began = clock_.monotonic();
    begin([job = job_, &clock = clock_](FromStore<Json> end) {
        const std::lock_guard lock(job->mutex);
        job->end = std::move(end);
        job->ended = clock.monotonic();
    });
    return describe(*job_);
}

std::optional<Json> StoreJobs::find(std::string_view id) const {
    if (!job_ || std::to_string(job_->id) != id) return std::nullopt;
    return describe(*job_);
}

std::optional<Json> StoreJobs::last() const {
    if (!job_) return std::nullopt;
    return describe(*job_);
}

Json StoreJobs::describe(Job& job) const {
    const std::lock_guard lock(job.mutex);
    const auto* const trouble = job.end ? std::get_if<StoreTrouble>(&*job.end) : nullptr;
    const Monotonic until = job.end ? job.ended : clock_.monotonic();
    Json row{{"id", std::to_string(job.id)},
             {"kind", job.kind},
             {"state", !job.end             ? "running"
                       : trouble != nullptr ? "failed"
                                            : "done"},
             {"startedAt", rfc3339(to_ms(job.started_at))},
             {"elapsedMs", std::chrono::duration_cast<Milliseconds>(until - job.began).count()}};
    if (trouble != nullptr)
        row["error"] = trouble->what;
    else if (job.end)
        row["result"] = std::get<Json>(*job.end);
    return row;
}

}  // namespace causeway::admin
