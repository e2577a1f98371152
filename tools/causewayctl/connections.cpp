#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "tools/causewayctl/api_client.hpp"
#include "tools/causewayctl/commands.hpp"
#include "tools/causewayctl/pages.hpp"
#include "tools/causewayctl/table.hpp"

namespace causeway::ctl {

namespace {

struct ListOptions {
    std::string user;
    std::size_t limit = 0;
};

struct CloseOptions {
    std::vector<std::string> ids;
    std::string reason;
};

ExitCode list(const Context& context, const ListOptions& options) {
    ApiClient api(context);
    std::string path = "/api/v1/connections";
    if (!options.user.empty()) path += "?user=" + url_escaped(options.user);
    const Json all = fetch_all(api, path, options.limit);
    if (context.globals.format == Format::kJson) {
        context.io.out << admin::dump({{"items", all}});
        return ExitCode::kOk;
    }
    Table table({{"ID", Align::kRight},
                 {"USER"},
                 {"DEVICE"},
                 {"TRANSPORT"},
                 {"ADDRESS"},
                 {"SINCE"},
                 {"SUBS", Align::kRight},
                 {"IN", Align::kRight},
                 {"OUT", Align::kRight},
                 {"QUEUED", Align::kRight}});
    for (const auto& item : all)
        table.add({text_of(item, "id"), text_of(item, "user"), text_of(item, "device"),
                   text_of(item, "transport"), text_of(item, "address"), text_of(item, "connectedAt"),
                   text_of(item, "subscriptions"), text_of(item, "messagesReceived"),
                   text_of(item, "messagesDelivered"), text_of(item, "queuedBytes")});
    table.print(context);
    return ExitCode::kOk;
}

// Goes on after an id that is gone; the first failure decides the exit code.
ExitCode close(const Context& context, const CloseOptions& options) {
    ApiClient api(context);
    ExitCode code = ExitCode::kOk;
    for (const auto& id : options.ids) {
        std::string path = "/api/v1/connections/" + url_escaped(id);
        if (!options.reason.empty()) path += "?reason=" + url_escaped(options.reason);
        try {
            const Json answer = api.call("DELETE", path);
            if (context.globals.format == Format::kJson)
                context.io.out << admin::dump(answer);
            else if (!context.globals.quiet)
                context.io.out << "closed " << printable(id) << "\n";
        } catch (const Failure& failure) {
            if (failure.code() != ExitCode::kRefused) throw;
            context.io.err << "causewayctl: connection " << printable(id) << ": " << printable(failure.what())
                           << "\n";
            code = ExitCode::kRefused;
        }
    }
    return code;
}

}  // namespace

void add_connections(CLI::App& root, Context& context) {
    CLI::App* noun = root.add_subcommand("connections", "The connections of the public listener.");
    noun->alias("connection")->alias("conn")->require_subcommand(1);

    const auto listing = std::make_shared<ListOptions>();
    CLI::App* verb = noun->add_subcommand("list", "All connections of this node, oldest first.");
    verb->alias("ls");
    verb->add_option("--user", listing->user, "Of this user only");
    verb->add_option("--limit", listing->limit, "At most this many; 0: all");
    verb->callback(
        [&context, listing] { context.action = [&context, listing] { return list(context, *listing); }; });

    const auto closing = std::make_shared<CloseOptions>();
    verb = noun->add_subcommand("close", "Ends connections; their clients are told `kicked`.");
    verb->alias("rm");
    verb->add_option("ID", closing->ids, "As `list` shows them")->required();
    verb->add_option("--reason", closing->reason, "For the client and the audit log; at most 123 bytes");
    verb->callback(
        [&context, closing] { context.action = [&context, closing] { return close(context, *closing); }; });
}

}  // namespace causeway::ctl
