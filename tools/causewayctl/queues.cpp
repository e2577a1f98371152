#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "tools/causewayctl/commands.hpp"
#include "tools/causewayctl/pages.hpp"
#include "tools/causewayctl/table.hpp"

namespace causeway::ctl {

namespace {

ExitCode list(const Context& context, std::size_t limit) {
    ApiClient api(context);
    const Json all = fetch_all(api, "/api/v1/queues", limit);
    if (context.globals.format == Format::kJson) {
        context.io.out << admin::dump({{"items", all}});
        return ExitCode::kOk;
    }
    Table table({{"QUEUE"},
                 {"READY", Align::kRight},
                 {"DELAYED", Align::kRight},
                 {"UNACKED", Align::kRight},
                 {"CONSUMERS", Align::kRight},
                 {"STORED", Align::kRight},
                 {"BYTES", Align::kRight}});
    for (const auto& item : all)
        table.add({text_of(item, "destination"), text_of(item, "ready"), text_of(item, "delayed"),
                   text_of(item, "unacked"), text_of(item, "consumers"), text_of(item, "stored"),
                   text_of(item, "bytes")});
    table.print(context);
    return ExitCode::kOk;
}

struct PurgeOptions {
    std::string queue;
    bool yes = false;
};

ExitCode purge(const Context& context, const PurgeOptions& options) {
    context.confirm("This drops every message that waits in " + options.queue + ".", options.yes);
    const Json request{{"destination", options.queue}};
    const Json answer = ApiClient(context).call("POST", "/api/v1/queues/purge", request.dump());
    if (context.globals.format == Format::kJson)
        context.io.out << admin::dump(answer);
    else if (!context.globals.quiet)
        context.io.out << text_of(answer, "removed") << " messages dropped\n";
    return ExitCode::kOk;
}

}  // namespace

void add_queues(CLI::App& root, Context& context) {
    CLI::App* noun = root.add_subcommand("queues", "Queues, /queue/…, and the messages that wait in them.");
    noun->alias("queue")->require_subcommand(1);

    const auto limit = std::make_shared<std::size_t>(0);
    CLI::App* verb = noun->add_subcommand("list",
                                          "Queues that have consumers or messages, by name. READY and BYTES "
                                          "are what is in memory; STORED is what "
                                          "is on disk, with what is in memory of it.");
    verb->alias("ls");
    verb->add_option("--limit", *limit, "At most this many; 0: all");
    verb->callback(
        [&context, limit] { context.action = [&context, limit] { return list(context, *limit); }; });

    const auto which = std::make_shared<PurgeOptions>();
    verb = noun->add_subcommand("purge",
                                "Drops what waits in a queue; what its consumers have does not come back.");
    verb->add_option("QUEUE", which->queue, "Its name, /queue/…")->required();
    verb->add_flag("--yes", which->yes, "Without asking");
    verb->callback(
        [&context, which] { context.action = [&context, which] { return purge(context, *which); }; });
}

}  // namespace causeway::ctl
