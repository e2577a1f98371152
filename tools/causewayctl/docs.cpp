#include <CLI/CLI.hpp>
#include <ostream>

#include "broker/admin/metrics.hpp"
#include "tools/causewayctl/command_line.hpp"
#include "tools/causewayctl/commands.hpp"

namespace causeway::ctl {

void add_docs(CLI::App& root, Context& context) {
    CLI::App* noun = root.add_subcommand("docs", "Writes pages of docs/ that are generated.");
    noun->group("")->require_subcommand(1);
    const auto page = [&](const char* name, std::string (*text)()) {
        noun->add_subcommand(name)->callback([&context, text] {
            context.action = [&context, text] {
                context.io.out << text();
                return ExitCode::kOk;
            };
        });
    };
    page("cli", cli_markdown);
    page("metrics", admin::metrics_markdown);
}

}  // namespace causeway::ctl
