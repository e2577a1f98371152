// Backup and verify: started by a POST, which answers 202 with the job, then asked for by its id.
#include "broker/admin/arguments.hpp"
#include "broker/admin/problem.hpp"
#include "broker/admin/routes.hpp"

namespace causeway::admin {

namespace {

constexpr std::string_view kJobs = "/api/v1/store/jobs";
constexpr std::string_view kJob = "/api/v1/store/jobs/";

Response begun(const std::optional<Json>& job) {
    if (!job)
        return problem(409, "job-running", "one backup or verify at a time; the last one is still running");
    Response response = ok(*job);
    response.status = 202;
    response.headers.emplace_back("Location", std::string(kJob) + (*job)["id"].get<std::string>());
    return response;
}

Response begin_backup(StoreView& store, StoreJobs& jobs, const Audit& audit, const Request& request) {
    auto arguments = Arguments::of_body(request);
    const std::string file = arguments.required("file", 4096);
    if (!file.empty() && (file.front() != '/' || file.back() == '/'))
        arguments.refuse("file", "must be an absolute path on the broker's machine");
    if (const auto fault = arguments.fault()) return *fault;
    Response response = begun(jobs.start("backup", [&](StoreJobs::OnEnd on_end) {
        store.backup(file, [file, on_end = std::move(on_end)](BackupEnd end) {
            if (const auto* trouble = std::get_if<StoreTrouble>(&end)) return on_end(*trouble);
            on_end(Json{{"file", file}, {"bytes", std::get<std::uint64_t>(end)}});
        });
    }));
    audit(request, response, file);
    return response;
}

Response begin_verify(StoreView& store, StoreJobs& jobs, const Audit& audit, const Request& request) {
    if (const auto fault = Arguments::of_body(request).fault()) return *fault;
    Response response = begun(jobs.start("verify", [&](StoreJobs::OnEnd on_end) {
        store.verify([on_end = std::move(on_end)](VerifyEnd end) {
            if (const auto* trouble = std::get_if<StoreTrouble>(&end)) return on_end(*trouble);
            const auto& verdict = std::get<Verdict>(end);
            on_end(Json{{"sound", verdict.faults.empty()},
                        {"faults", verdict.faults},
                        {"entries", verdict.entries},
                        {"conversations", verdict.conversations}});
        });
    }));
    audit(request, response, "verify");
    return response;
}

Response list(const StoreJobs& jobs) {
    Json items = Json::array();
    if (const auto last = jobs.last()) items.push_back(*last);
    return ok({{"items", std::move(items)}, {"next", nullptr}});
}

Response show(const StoreJobs& jobs, const Request& request) {
    const auto job = jobs.find(std::string_view(request.path).substr(kJob.size()));
    if (!job) return problem(404, "job-unknown", "there is no such job, or another one was started since");
    return ok(*job);
}

}  // namespace

void add_job_routes(Routes& routes, StoreView& store, StoreJobs& jobs, const Audit& audit) {
    Route route;
    route.path = kJobs;
    route.get = [&jobs](const Request&) { return list(jobs); };
    routes.push_back(route);

    route = {};
    route.path = kJob;
    route.match = Route::Match::kBelow;
    route.get = [&jobs](const Request& request) { return show(jobs, request); };
    routes.push_back(route);

    route = {};
    route.path = "/api/v1/store/backup";
    route.change_method = "POST";
    route.change = [&store, &jobs, audit](const Request& request) {
        return begin_backup(store, jobs, audit, request);
    };
    routes.push_back(route);
    route.path = "/api/v1/store/verify";
    route.change = [&store, &jobs, audit](const Request& request) {
        return begin_verify(store, jobs, audit, request);
    };
    routes.push_back(route);
}

}  // namespace causeway::admin
