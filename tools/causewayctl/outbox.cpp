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
    const Json all = fetch_all(api, "/api/v1/outbox", limit);
    if (context.globals.format == Format::kJson) {
        context.io.out << admin::dump({{"items", all}});
        return ExitCode::kOk;
    }
    Table table({{"ID", Align::kRight}, {"SUBJECT"}, {"MSG-ID"}, {"SINCE"}, {"BYTES", Align::kRight}});
    for (const auto& item : all)
        table.add({text_of(item, "id"), text_of(item, "subject"), text_of(item, "msgId"),
                   text_of(item, "createdAt"), text_of(item, "bytes")});
    table.print(context);
    return ExitCode::kOk;
}

ExitCode retry(const Context& context) {
    const Json answer = ApiClient(context).call("POST", "/api/v1/outbox/retry");
    if (context.globals.format == Format::kJson)
        context.io.out << admin::dump(answer);
    else if (!context.globals.quiet)
        context.io.out << text_of(answer, "waiting") << " events wait; trying now\n";
    return ExitCode::kOk;
}

}  // namespace

void add_outbox(CLI::App& root, Context& context) {
    CLI::App* noun = root.add_subcommand("outbox", "Stored events that NATS has not acknowledged yet.");
    noun->require_subcommand(1);

    const auto limit = std::make_shared<std::size_t>(0);
    CLI::App* verb = noun->add_subcommand("list", "The events that wait, oldest first.");
    verb->alias("ls");
    verb->add_option("--limit", *limit, "At most this many; 0: all");
    verb->callback(
        [&context, limit] { context.action = [&context, limit] { return list(context, *limit); }; });

    noun->add_subcommand("retry", "Sends them now instead of after the next pause.")->callback([&context] {
        context.action = [&context] { return retry(context); };
    });
}

}  // namespace causeway::ctl
