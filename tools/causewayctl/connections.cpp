#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <ostream>

#include "tools/causewayctl/api_client.hpp"
#include "tools/causewayctl/commands.hpp"
#include "tools/causewayctl/table.hpp"

namespace causeway::ctl {

namespace {

constexpr std::size_t kPage = 1000;

struct ListOptions {
    std::string user;
    std::size_t limit = 0;
};

struct CloseOptions {
    std::vector<std::string> ids;
    std::string reason;
};

std::string text_of(const Json& item, const char* field) {
    const auto found = item.find(field);
    if (found == item.end() || found->is_null()) return "";
    return found->is_string() ? found->get<std::string>() : found->dump();
}

// Every page, until `limit` (0: no limit).
Json fetch_all(const Context& context, const ListOptions& options) {
    ApiClient api(context);
    Json all = Json::array();
    std::string cursor;
    while (true) {
        const std::size_t wanted = options.limit == 0 ? kPage : std::min(kPage, options.limit - all.size());
        std::string path = "/api/v1/connections?limit=" + std::to_string(wanted);
        if (!cursor.empty()) path += "&cursor=" + url_escaped(cursor);
        if (!options.user.empty()) path += "&user=" + url_escaped(options.user);
        const Json page = api.call("GET", path);
        if (!page.contains("items") || !page["items"].is_array())
            throw Failure(ExitCode::kInternal,
                          "the list of connections has no items; are broker and causewayctl of one version?");
        for (const auto& item : page["items"]) all.push_back(item);
        const std::string next = text_of(page, "next");
        const bool full = options.limit != 0 && all.size() >= options.limit;
        if (next.empty() || next == cursor || full) return all;
        cursor = next;
    }
}

ExitCode list(const Context& context, const ListOptions& options) {
    const Json all = fetch_all(context, options);
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
