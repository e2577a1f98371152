#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "tools/causewayctl/api_client.hpp"
#include "tools/causewayctl/commands.hpp"
#include "tools/causewayctl/table.hpp"

namespace causeway::ctl {

namespace {

struct HealthOptions {
    std::string probe = "ready";
    std::string format = "text";
};

// What monitoring plug-ins end with.
enum class Nagios : int { kOk = 0, kWarning = 1, kCritical = 2, kUnknown = 3 };

struct Health {
    bool good = false;
    std::string failed_required;  // names, comma-separated
    std::string failed_others;
    Json answer;
};

Health fetch(const Context& context, const std::string& probe) {
    const Reply reply = ApiClient(context).request("GET", probe == "live" ? "/livez" : "/readyz");
    Health health;
    auto json = admin::parse_json(reply.body);
    if ((reply.status != 200 && reply.status != 503) || !json || !json->is_object() ||
        !json->contains("checks"))
        throw Failure(ExitCode::kInternal, "the answer is not a health report (status " +
                                               std::to_string(reply.status) +
                                               "); does --url point at the admin listener?");
    health.good = reply.status == 200;
    for (const auto& check : (*json)["checks"]) {
        if (check.value("ok", false)) continue;
        std::string& names = check.value("required", true) ? health.failed_required : health.failed_others;
        names += (names.empty() ? "" : ", ") + check.value("name", std::string("?"));
    }
    health.answer = std::move(*json);
    return health;
}

int report_nagios(const Context& context, const HealthOptions& options) {
    const auto say = [&](Nagios code, const char* word, const std::string& text) {
        context.io.out << "CAUSEWAY " << word << " - " << printable(text) << "\n";
        return static_cast<int>(code);
    };
    try {
        const Health health = fetch(context, options.probe);
        if (!health.good) return say(Nagios::kCritical, "CRITICAL", "failed: " + health.failed_required);
        if (!health.failed_others.empty())
            return say(Nagios::kWarning, "WARNING", "not required, but failed: " + health.failed_others);
        return say(Nagios::kOk, "OK", "all checks passed");
    } catch (const Failure& failure) {
        const bool gone = failure.code() == ExitCode::kUnavailable || failure.code() == ExitCode::kTimeout;
        return say(gone ? Nagios::kCritical : Nagios::kUnknown, gone ? "CRITICAL" : "UNKNOWN",
                   failure.what());
    }
}

ExitCode report(const Context& context, const HealthOptions& options) {
    if (options.format == "nagios") return static_cast<ExitCode>(report_nagios(context, options));
    const Health health = fetch(context, options.probe);
    const ExitCode code = health.good ? ExitCode::kOk : ExitCode::kRefused;
    if (context.globals.format == Format::kJson) {
        context.io.out << admin::dump(health.answer);
        return code;
    }
    if (context.globals.quiet) return code;
    Table table({{"CHECK"}, {"OK"}, {"REQUIRED"}, {"DETAIL"}});
    for (const auto& check : health.answer["checks"])
        table.add({check.value("name", std::string("?")), check.value("ok", false) ? "yes" : "no",
                   check.value("required", true) ? "yes" : "no", check.value("detail", std::string())});
    table.print(context);
    return code;
}

}  // namespace

void add_health(CLI::App& root, Context& context) {
    const auto options = std::make_shared<HealthOptions>();
    CLI::App* command =
        root.add_subcommand("health", "Asks whether the broker is ready; exit code 1 when it is not.");
    command->add_option("--probe", options->probe, "ready or live")
        ->check(CLI::IsMember({"ready", "live"}).description(""))
        ->capture_default_str();
    command
        ->add_option("--format", options->format,
                     "text, or nagios: one line, exit codes 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN")
        ->check(CLI::IsMember({"text", "nagios"}).description(""))
        ->capture_default_str();
    command->callback(
        [&context, options] { context.action = [&context, options] { return report(context, *options); }; });
}

}  // namespace causeway::ctl
