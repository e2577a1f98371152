#include "tools/causewayctl/publish.hpp"

#include <CLI/CLI.hpp>
#include <istream>
#include <iterator>
#include <memory>
#include <ostream>

#include "broker/base/base64.hpp"
#include "broker/base/utf8.hpp"
#include "tools/causewayctl/api_client.hpp"
#include "tools/causewayctl/commands.hpp"
#include "tools/causewayctl/table.hpp"

namespace causeway::ctl {

namespace {

constexpr std::size_t kMaxBody = 1024 * 1024;

std::string read_body(const std::string& given, const Context& context) {
    if (given == "-") return {std::istreambuf_iterator<char>(context.io.in), {}};
    if (!given.empty() && given[0] == '@') return read_file(given.substr(1), kMaxBody);
    return given;
}

void set_content(Json& request, const PublishOptions& options, std::string body) {
    if (options.json) {
        auto value = admin::parse_json(body);
        if (!value)
            throw Failure(
                ExitCode::kBadData,
                "the body is not JSON (or nested deeper than 32); leave --json out to send it as text");
        request["json"] = std::move(*value);
    } else if (is_valid_utf8(body)) {
        request["body"] = std::move(body);
    } else {
        request["base64"] = base64_encode(body);
    }
}

Json parse_headers(const std::vector<std::string>& headers) {
    Json object = Json::object();
    for (const auto& header : headers) {
        const std::size_t colon = header.find(':');
        if (colon == std::string::npos || colon == 0)
            throw Failure(ExitCode::kUsage, "-H wants name:value (it is \"" + header + "\")");
        object[header.substr(0, colon)] = header.substr(colon + 1);
    }
    return object;
}

ExitCode publish(const Context& context, const PublishOptions& options) {
    const Json request = publish_request(options, context);
    const Json answer = ApiClient(context).call("POST", "/api/v1/publish", request.dump());
    if (context.globals.format == Format::kJson) {
        context.io.out << admin::dump(answer);
        return ExitCode::kOk;
    }
    if (context.globals.quiet) return ExitCode::kOk;
    Table table({{"ID"}, {"DELIVERED", Align::kRight}, {"STORED"}});
    const auto cell = [&](const char* name) {
        if (!answer.contains(name)) return std::string("-");
        return answer[name].is_string() ? answer[name].get<std::string>() : answer[name].dump();
    };
    table.add({cell("id"), cell("delivered"), cell("stored")});
    table.print(context);
    return ExitCode::kOk;
}

}  // namespace

Json publish_request(const PublishOptions& options, const Context& context) {
    Json request = Json::object();
    auto words = options.words;
    if (options.everyone || !options.user.empty()) {
        if (options.everyone && !options.user.empty())
            throw Failure(ExitCode::kUsage, "--user and --everyone exclude each other");
        if (!options.user.empty() && options.queue.empty())
            throw Failure(ExitCode::kUsage, "--user needs --queue, for example --queue notifications");
        if (options.everyone)
            request["everyone"] = true;
        else
            request["user"] = options.user;
        if (!options.queue.empty()) request["queue"] = options.queue;
    } else {
        if (!options.queue.empty()) throw Failure(ExitCode::kUsage, "--queue goes with --user or --everyone");
        if (words.empty())
            throw Failure(ExitCode::kUsage, "name a destination, or --user and --queue, or --everyone");
        request["destination"] = words.front();
        words.erase(words.begin());
    }
    if (words.size() > 1) throw Failure(ExitCode::kUsage, "there is one BODY; quote it, or use - or @file");
    std::string body = words.empty() ? std::string() : read_body(words.front(), context);
    if (body.size() > kMaxBody) throw Failure(ExitCode::kBadData, "the body has more than 1048576 bytes");
    set_content(request, options, std::move(body));
    if (!options.content_type.empty()) request["contentType"] = options.content_type;
    if (!options.headers.empty()) request["headers"] = parse_headers(options.headers);
    if (options.persistent) request["persistent"] = true;
    return request;
}

void add_publish(CLI::App& root, Context& context) {
    const auto options = std::make_shared<PublishOptions>();
    CLI::App* command =
        root.add_subcommand("publish", "Sends one message to a destination, a user, or everyone.");
    command->alias("pub");
    command->add_option(
        "DEST_BODY", options->words,
        "Destination (not with --user or --everyone), then the body: text, - for stdin, or @file");
    command->add_option("--user", options->user, "To this user's own queue");
    command->add_option("--queue", options->queue,
                        "Which queue: x/y is /user/queue/x/y; with --everyone: notifications");
    command->add_flag("--everyone", options->everyone, "To every user who has a session");
    command->add_option("-H,--header", options->headers, "name:value; may be repeated")
        ->allow_extra_args(false);
    command->add_option("--content-type", options->content_type,
                        "Instead of text/plain, application/json or application/octet-stream");
    command->add_flag("--json", options->json, "The body is JSON, and is checked");
    command->add_flag("--persistent", options->persistent, "Kept for users who are away");
    command->callback(
        [&context, options] { context.action = [&context, options] { return publish(context, *options); }; });
}

}  // namespace causeway::ctl
