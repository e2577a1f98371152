#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "broker/base/base64.hpp"
#include "tools/causewayctl/commands.hpp"
#include "tools/causewayctl/pages.hpp"
#include "tools/causewayctl/table.hpp"

namespace causeway::ctl {

namespace {

constexpr std::string_view kConversations = "/topic/conversation/";
constexpr std::size_t kMostAtOnce = 200;

struct HistoryOptions {
    std::string log;
    std::optional<std::uint64_t> before;
    std::optional<std::uint64_t> after;
    std::size_t limit = 50;
};

std::string query_of(const HistoryOptions& options) {
    const bool conversation = options.log.rfind(kConversations, 0) == 0 || options.log.rfind('/', 0) != 0;
    std::string name = options.log;
    if (conversation && name.rfind(kConversations, 0) == 0) name.erase(0, kConversations.size());
    std::string query = (conversation ? "?conversation=" : "?destination=") + url_escaped(name);
    if (options.before) query += "&before=" + std::to_string(*options.before);
    if (options.after) query += "&after=" + std::to_string(*options.after);
    return query + "&limit=" + std::to_string(options.limit);
}

// What people would read in a client: the text inside a content, the body of a plain SEND, or the payload.
std::string said(const Json& message) {
    for (const auto& [name, payload] : message.items()) {
        if (!payload.is_object()) continue;
        if (name == "opaque") return base64_decode(text_of(payload, "body")).value_or("");
        const std::string content = text_of(payload, "content");
        const auto inner = admin::parse_json(content);
        if (inner && inner->is_object() && inner->contains("content")) return text_of(*inner, "content");
        return content.empty() ? payload.dump() : content;
    }
    return "";
}

std::string time_of(const Json& message) {
    const auto found = message.find("timestamp");
    return found != message.end() && found->is_number_integer() ? admin::rfc3339(found->get<std::int64_t>())
                                                                : "";
}

ExitCode show(const Context& context, const HistoryOptions& options) {
    const Json page = ApiClient(context).call("GET", "/api/v1/history" + query_of(options));
    if (context.globals.format == Format::kJson) {
        context.io.out << admin::dump(page);
        return ExitCode::kOk;
    }
    Table table({{"SEQUENCE", Align::kRight},
                 {"OFFSET", Align::kRight},
                 {"TIME"},
                 {"SENDER"},
                 {"ID"},
                 {"TYPE", Align::kRight},
                 {"SAID"}});
    for (const auto& item : page.value("items", Json::array())) {
        const Json message = item.value("message", Json::object());
        if (!message.is_object()) continue;
        table.add({text_of(item, "sequence"), text_of(item, "offset"), time_of(message),
                   text_of(message, "senderId"), text_of(message, "messageId"), text_of(message, "type"),
                   said(message)});
    }
    table.print(context);
    if (page.value("more", false) && !context.globals.quiet)
        context.io.err << "causewayctl: there is more; see --before, --after and --limit\n";
    return ExitCode::kOk;
}

}  // namespace

void add_history(CLI::App& root, Context& context) {
    const auto options = std::make_shared<HistoryOptions>();
    CLI::App* command = root.add_subcommand(
        "history", "What was kept of a conversation, a topic or a user's queue; the newest unless told.");
    command
        ->add_option("LOG", options->log,
                     "Id of a conversation, or a destination: /topic/a, /user/{name}/queue/x")
        ->required();
    command->add_option("--before", options->before,
                        "Sequences below this (offsets, if not of a conversation)");
    command->add_option("--after", options->after, "Sequences above this");
    command->add_option("--limit", options->limit, "At most this many")
        ->check(CLI::Range(std::size_t{1}, kMostAtOnce).description(""))
        ->capture_default_str();
    command->callback(
        [&context, options] { context.action = [&context, options] { return show(context, *options); }; });
}

}  // namespace causeway::ctl
