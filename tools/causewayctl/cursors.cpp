#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "tools/causewayctl/commands.hpp"
#include "tools/causewayctl/pages.hpp"
#include "tools/causewayctl/table.hpp"

namespace causeway::ctl {

namespace {

struct CursorOptions {
    std::string user;
    std::string device;
    std::string log;
    std::optional<std::uint64_t> to;
    bool yes = false;
};

ExitCode list(const Context& context, const CursorOptions& options) {
    ApiClient api(context);
    std::string query;
    for (const auto& [name, text] : {std::pair{"user", &options.user}, {"device", &options.device}})
        if (!text->empty()) query += (query.empty() ? "?" : "&") + (name + ("=" + url_escaped(*text)));
    const Json all = fetch_all(api, "/api/v1/cursors" + query);
    if (context.globals.format == Format::kJson) {
        context.io.out << admin::dump({{"items", all}});
        return ExitCode::kOk;
    }
    Table table({{"USER"}, {"DEVICE"}, {"LOG"}, {"OFFSET", Align::kRight}, {"MOVED"}});
    for (const auto& item : all)
        table.add({text_of(item, "user"), text_of(item, "device"), text_of(item, "log"),
                   text_of(item, "offset"), text_of(item, "updatedAt")});
    table.print(context);
    return ExitCode::kOk;
}

ExitCode reset(const Context& context, const CursorOptions& options) {
    if (options.device.empty() && options.log.empty())
        context.confirm("This resets every cursor of every device of " + options.user + ".", options.yes);
    Json request{{"user", options.user}};
    if (!options.device.empty()) request["device"] = options.device;
    if (!options.log.empty()) request["log"] = options.log;
    if (options.to) request["to"] = *options.to;
    const Json answer = ApiClient(context).call("POST", "/api/v1/cursors/reset", request.dump());
    if (context.globals.format == Format::kJson)
        context.io.out << admin::dump(answer);
    else if (!context.globals.quiet)
        context.io.out << (answer.value("changed", true) ? "reset\n" : "no such cursor\n");
    return ExitCode::kOk;
}

}  // namespace

void add_cursors(CLI::App& root, Context& context) {
    CLI::App* noun = root.add_subcommand("cursors", "How far the devices of users have got in each log.");
    noun->alias("cursor")->require_subcommand(1);

    const auto listing = std::make_shared<CursorOptions>();
    CLI::App* verb = noun->add_subcommand("list", "Offsets that `resume: device` starts after.");
    verb->alias("ls");
    verb->add_option("--user", listing->user, "Of this user only");
    verb->add_option("--device", listing->device, "Of this device only");
    verb->callback(
        [&context, listing] { context.action = [&context, listing] { return list(context, *listing); }; });

    const auto setting = std::make_shared<CursorOptions>();
    verb = noun->add_subcommand("reset",
                                "Sets cursors, backwards as well, or forgets them: the device's next "
                                "subscription then starts like its first.");
    verb->add_option("--user", setting->user, "Whose")->required();
    verb->add_option("--device", setting->device, "Of this device only");
    verb->add_option("--log", setting->log, "Of this destination only, as the client names it");
    verb->add_option("--to", setting->to, "To this offset; without: forgotten");
    verb->add_flag("--yes", setting->yes, "All devices and logs of the user, without asking");
    verb->callback(
        [&context, setting] { context.action = [&context, setting] { return reset(context, *setting); }; });
}

}  // namespace causeway::ctl
