#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "broker/admin/json.hpp"
#include "tools/causewayctl/commands.hpp"
#include "tools/causewayctl/table.hpp"
#include "tools/conformance/runner.hpp"

namespace causeway::ctl {

namespace {

using conformance::Result;
using conformance::Verdict;
using Json = nlohmann::json;

constexpr std::size_t kMostOfAFile = 4U << 20U;

struct ConformanceOptions {
    conformance::Options run;
    std::vector<std::string> compare;  // NAME=FILE
    bool markdown = false;
    bool list = false;
};

std::vector<std::pair<std::string, Json>> others_of(const std::vector<std::string>& given) {
    std::vector<std::pair<std::string, Json>> others;
    for (const auto& one : given) {
        const auto equals = one.find('=');
        if (equals == std::string::npos || equals == 0)
            throw Failure(ExitCode::kUsage, "--compare is NAME=FILE (it is \"" + one + "\")");
        const std::string path = one.substr(equals + 1);
        Json all = Json::parse(read_file(path, kMostOfAFile), nullptr, false);
        if (!all.is_object() || !all.contains("cases"))
            throw Failure(ExitCode::kBadData, path + " is not what causewayctl conformance -o json writes");
        others.emplace_back(one.substr(0, equals), std::move(all));
    }
    return others;
}

std::string said_of(const Result& one) {
    if (one.verdict == Verdict::kOk) return {};
    if (one.verdict == Verdict::kNotApplicable) return one.got;
    return "expected " + one.expected + "; got " + one.got;
}

ExitCode list_cases(const Context& context) {
    Table table({{"#", Align::kRight}, {"CASE"}, {"RULE"}, {"FROM"}});
    for (const auto& one : conformance::all_cases())
        table.add({std::to_string(one.number), std::string(one.name), std::string(one.rule),
                   std::string(one.source)});
    table.print(context);
    return ExitCode::kOk;
}

ExitCode run_conformance(const Context& context, const ConformanceOptions& given) {
    if (given.list) return list_cases(context);
    const auto others = others_of(given.compare);
    std::vector<Result> results;
    try {
        results = conformance::run(given.run);
    } catch (const bench::BadOptions& e) {
        throw Failure(ExitCode::kUsage, e.what());
    }
    if (context.globals.format == Format::kJson) {
        context.io.out << admin::dump(json_of(results));
    } else if (given.markdown) {
        context.io.out << page_of(results, others);
    } else {
        Table table({{"#", Align::kRight}, {"CASE"}, {"RESULT"}, {"WHY"}});
        for (const Result& one : results)
            table.add({std::to_string(one.about.number), std::string(one.about.name),
                       std::string(name_of(one.verdict)), said_of(one)});
        table.print(context);
        if (!context.globals.quiet)
            for (const auto verdict :
                 {Verdict::kOk, Verdict::kWrong, Verdict::kDiffers, Verdict::kNotApplicable})
                context.io.err << count(results, verdict) << " " << name_of(verdict) << "\n";
    }
    return count(results, Verdict::kWrong) == 0 ? ExitCode::kOk : ExitCode::kRefused;
}

}  // namespace

void add_conformance(CLI::App& root, Context& context) {
    const auto options = std::make_shared<ConformanceOptions>();
    conformance::Options& o = options->run;
    CLI::App* verb = root.add_subcommand(
        "conformance",
        "Runs the corner cases of STOMP against any broker over WebSocket; exit code 1 when one was wrong.");
    verb->add_option("--url", o.url, "The broker: ws://host:port/path")->capture_default_str();
    verb->add_flag("--allow-remote", o.allow_remote, "Not only loopback: the machine is yours to try");
    verb->add_flag("--sockjs", o.sockjs, "Over SockJS's websocket transport below the URL");
    verb->add_option("--vhost", o.vhost, "Header host of CONNECT, instead of the URL's");
    verb->add_option("--login", o.login, "Of CONNECT");
    verb->add_option("--passcode", o.passcode, "Of CONNECT");
    verb->add_option("--token", o.token, "Passcode of CONNECT, when there is none");
    verb->add_option("--token2", o.token2, "Of another user, whose name is like a:b\\d");
    verb->add_option("--destination-prefix", o.destination_prefix,
                     "Of topics, which the user may read and write")
        ->capture_default_str();
    verb->add_option("--queue-prefix", o.queue_prefix, "Of queues")->capture_default_str();
    verb->add_option("--case", o.only, "Only those of this name or number");
    verb->add_flag("--strict", o.strict,
                   "What differs by choice is wrong, and every ERROR must be followed by a close");
    verb->add_flag("--list", options->list, "The cases, and nothing is run");
    verb->add_flag("--markdown", options->markdown, "A page, such as docs/conformance.md");
    verb->add_option("--compare", options->compare, "NAME=FILE: a column of the page, from -o json")
        ->allow_extra_args(false);
    verb->callback([&context, options] {
        context.action = [&context, options] { return run_conformance(context, *options); };
    });
}

}  // namespace causeway::ctl
