// backup and verify: the broker does the work, this side waits for it.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <ostream>
#include <thread>

#include "tools/causewayctl/commands.hpp"
#include "tools/causewayctl/pages.hpp"
#include "tools/causewayctl/table.hpp"

namespace causeway::ctl {

namespace {

constexpr std::chrono::milliseconds kFirstPause{20};
constexpr std::chrono::milliseconds kLongestPause{1'000};

struct JobOptions {
    std::string file;
    bool no_wait = false;
};

// The job when it has ended. How long it takes is its own affair, so --timeout is for each question.
Json wait_for(ApiClient& api, const Context& context, Json job) {
    const std::string path = "/api/v1/store/jobs/" + url_escaped(text_of(job, "id"));
    const bool shows = context.io.out_is_terminal && !context.globals.quiet;
    auto pause = kFirstPause;
    while (text_of(job, "state") == "running") {
        std::this_thread::sleep_for(pause);
        pause = std::min(pause * 2, kLongestPause);
        job = api.call("GET", path);
        if (shows)
            context.io.err << "\r" << printable(text_of(job, "kind")) << ": "
                           << job.value("elapsedMs", std::uint64_t{0}) / 1000 << " s " << std::flush;
    }
    if (shows) context.io.err << "\n";
    return job;
}

// Nothing when it goes on without us.
std::optional<Json> run_job(const Context& context, const std::string& path, const Json& request,
                            bool no_wait) {
    ApiClient api(context);
    Json job = api.call("POST", path, request.dump());
    if (!no_wait) job = wait_for(api, context, std::move(job));
    if (context.globals.format == Format::kJson) context.io.out << admin::dump(job);
    if (text_of(job, "state") == "failed")
        throw Failure(ExitCode::kRefused, text_of(job, "kind") + " failed: " + text_of(job, "error"));
    if (no_wait) {
        if (context.globals.format != Format::kJson && !context.globals.quiet)
            context.io.out << "started job " << printable(text_of(job, "id")) << "\n";
        return std::nullopt;
    }
    return job;
}

bool says_more(const Context& context) {
    return context.globals.format != Format::kJson && !context.globals.quiet;
}

ExitCode backup(const Context& context, const JobOptions& options) {
    if (options.file.empty() || options.file[0] != '/')
        throw Failure(ExitCode::kUsage, "FILE is an absolute path on the broker's machine");
    const auto job = run_job(context, "/api/v1/store/backup", Json{{"file", options.file}}, options.no_wait);
    if (job && says_more(context)) {
        const Json result = job->value("result", Json::object());
        context.io.out << printable(text_of(result, "file")) << ": " << text_of(result, "bytes")
                       << " bytes in " << text_of(*job, "elapsedMs") << " ms\n";
    }
    return ExitCode::kOk;
}

ExitCode verify(const Context& context, const JobOptions& options) {
    const auto job = run_job(context, "/api/v1/store/verify", Json::object(), options.no_wait);
    if (!job) return ExitCode::kOk;
    const Json result = job->value("result", Json::object());
    const Json faults = result.value("faults", Json::array());
    if (says_more(context)) {
        for (const auto& fault : faults)
            context.io.out << printable(fault.is_string() ? fault.get<std::string>() : fault.dump()) << "\n";
        context.io.out << (faults.empty() ? "sound: " : "damaged: ") << text_of(result, "entries")
                       << " entries, " << text_of(result, "conversations") << " conversations in "
                       << text_of(*job, "elapsedMs") << " ms\n";
    }
    return result.value("sound", false) ? ExitCode::kOk : ExitCode::kRefused;
}

}  // namespace

void add_store_jobs(CLI::App& root, Context& context) {
    const auto copying = std::make_shared<JobOptions>();
    CLI::App* command = root.add_subcommand(
        "backup", "Copies the store into a new file while the broker works, and waits for it.");
    command->add_option("FILE", copying->file, "On the broker's machine, absolute")->required();
    command->add_flag("--no-wait", copying->no_wait, "Only begin it");
    command->callback(
        [&context, copying] { context.action = [&context, copying] { return backup(context, *copying); }; });

    const auto checking = std::make_shared<JobOptions>();
    command = root.add_subcommand(
        "verify", "Checks the whole store while the broker works; exit code 1 when it is damaged.");
    command->add_flag("--no-wait", checking->no_wait, "Only begin it");
    command->callback([&context, checking] {
        context.action = [&context, checking] { return verify(context, *checking); };
    });
}

}  // namespace causeway::ctl
