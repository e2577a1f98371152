#include <CLI/CLI.hpp>
#include <ostream>

#include "tools/causewayctl/api_client.hpp"
#include "tools/causewayctl/commands.hpp"
#include "tools/causewayctl/table.hpp"

namespace causeway::ctl {

namespace {

std::string as_cell(const Json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

ExitCode print_status(const Context& context) {
    const Json status = ApiClient(context).call("GET", "/api/v1/status");
    if (context.globals.format == Format::kJson) {
        context.io.out << admin::dump(status);
        return ExitCode::kOk;
    }
    Table table({{"WHAT"}, {"VALUE"}});
    for (const auto& [name, value] : status.items()) table.add({name, as_cell(value)});
    table.print(context);
    return ExitCode::kOk;
}

}  // namespace

void add_status(CLI::App& root, Context& context) {
    CLI::App* command =
        root.add_subcommand("status", "What runs, since when, and how much of everything there is.");
    command->callback([&context] { context.action = [&context] { return print_status(context); }; });
}

}  // namespace causeway::ctl
