#include "tools/soak/soak.hpp"

#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>
#include <sstream>

#include "broker/admin/json.hpp"
#include "broker/base/base64.hpp"
#include "broker/base/random.hpp"
#include "tools/causewayctl/commands.hpp"
#include "tools/causewayctl/signing.hpp"
#include "tools/causewayctl/table.hpp"

namespace causeway::ctl {

namespace {

using admin::Json;

struct SoakOptions {
    soak::Options run;
    KeyOptions key;
    std::string tokens_file;
    std::string user = "soak-{i}";
    std::string journal;
    std::string check;
    bool reread = false;
};

// Who a token is for; the broker checks it, not we.
std::string subject_of(const std::string& token) {
    const std::size_t first = token.find('.');
    const std::size_t second = token.find('.', first + 1);
    if (second == std::string::npos) return {};
    const auto payload = base64url_decode(std::string_view(token).substr(first + 1, second - first - 1));
    const auto claims = payload ? admin::parse_json(*payload) : std::nullopt;
    if (!claims || !claims->is_object() || !claims->contains("sub")) return {};
    const Json& sub = claims->at("sub");
    return sub.is_string() ? sub.get<std::string>() : sub.dump();
}

void read_tokens(const SoakOptions& given, soak::Options& options) {
    std::istringstream lines(read_file(given.tokens_file, 64 * 1024 * 1024));
    for (std::string line; options.tokens.size() < options.users && std::getline(lines, line);) {
        if (line.empty()) continue;
        options.names.push_back(subject_of(line));
        if (options.names.back().empty())
            throw Failure(ExitCode::kBadData, given.tokens_file + ": a line is no token with a claim `sub`");
        options.tokens.push_back(std::move(line));
    }
    if (options.tokens.size() < options.users)
        throw Failure(ExitCode::kBadData, given.tokens_file + " has fewer tokens than there are --users");
}

void make_tokens(const SoakOptions& given, const Context& context, soak::Options& options) {
    const auto key = load_key(given.key, context);
    const WallTime now = SystemClock().wall();
    const auto life = static_cast<std::int64_t>((options.duration_seconds + 3600) * 1000);
    for (std::uint64_t i = 0; i < options.users; ++i) {
        identity::Identity who;
        who.user = bench::replaced(given.user, "{i}", i);
        who.expires_at = WallTime{to_ms(now) + life};
        options.names.push_back(who.user);
        options.tokens.push_back(identity::make_token(*key, claims_for(who, given.key, now)));
    }
}

void add_tally(Json& into, const char* name, const soak::Tally& tally) {
    into[name] = {{"expected", tally.expected},
                  {"seen", tally.seen},
                  {"lost", tally.lost},
                  {"duplicated", tally.duplicated},
                  {"unexpected", tally.unexpected},
                  {"reordered", tally.reordered}};
}

Json to_json(const soak::Figures& f) {
    Json json{{"attempted", f.attempted},
              {"receipted", f.receipted},
              {"recovered", f.recovered},
              {"lost", f.lost()},
              {"duplicated", f.duplicated()},
              {"unexpected", f.unexpected()},
              {"reordered", f.reordered()},
              {"misnumbered", f.misnumbered},
              {"notRecovered", f.not_recovered},
              {"refused", f.refused},
              {"redelivered", f.device.redelivered},
              {"kills", f.kills},
              {"crashes", f.crashes},
              {"drained", f.drained},
              {"reread", f.reread},
              {"good", f.good()}};
    add_tally(json, "log", f.log);
    add_tally(json, "resumeAfter", f.exact);
    add_tally(json, "resumeDevice", f.device);
    return json;
}

void print_places(const Context& context, const soak::Figures& f) {
    Table table({{"PLACE"},
                 {"EXPECTED", Align::kRight},
                 {"SEEN", Align::kRight},
                 {"LOST", Align::kRight},
                 {"DUPLICATED", Align::kRight},
                 {"UNEXPECTED", Align::kRight},
                 {"REORDERED", Align::kRight}});
    for (const auto& [name, tally] : {std::pair<const char*, const soak::Tally*>{"log", &f.log},
                                      {"resume-after", &f.exact},
                                      {"resume:device", &f.device}}) {
        std::vector<std::string> cells{name};
        for (const std::uint64_t n : {tally->expected, tally->seen, tally->lost, tally->duplicated,
                                      tally->unexpected, tally->reordered})
            cells.push_back(std::to_string(n));
        table.add(std::move(cells));
    }
    table.print(context);
}

void warn_of_early_end(const Context& context, const soak::Figures& figures) {
    if (context.globals.quiet) return;
    if (!figures.reread)
        context.io.err
            << "causewayctl: the run did not come to its end, so what is lost cannot be told; --check FILE "
               "--reread reads the conversations again\n";
    else if (!figures.drained)
        context.io.err
            << "causewayctl: the run did not come to its end: what its listeners missed is not judged\n";
}

ExitCode report(const Context& context, const soak::Figures& figures) {
    warn_of_early_end(context, figures);
    const Json json = to_json(figures);
    if (context.globals.format == Format::kJson) {
        context.io.out << admin::dump(json);
        return figures.good() ? ExitCode::kOk : ExitCode::kRefused;
    }
    Table table({{"FIGURE"}, {"VALUE", Align::kRight}});
    for (const auto& [name, value] : json.items())
        if (!value.is_object()) table.add({name, value.dump()});
    table.print(context);
    print_places(context, figures);
    return figures.good() ? ExitCode::kOk : ExitCode::kRefused;
}

// A journal of before: counted, and if wanted its conversations read again.
ExitCode check(const Context& context, const SoakOptions& given) {
    soak::Ledger ledger;
    soak::read_journal(given.check, [&](const soak::Event& event) { ledger.apply(event); });
    if (!given.reread) return report(context, ledger.figures());
    soak::Options options = given.run;
    options.users = ledger.users();
    if (options.users == 0 || options.users > soak::kMostUsers || ledger.members().empty())
        throw Failure(ExitCode::kBadData, given.check + " does not say who talked where");
    for (const auto& members : ledger.members())
        for (const std::uint64_t user : members)
            if (user >= options.users)
                throw Failure(ExitCode::kBadData, given.check + " names unknown users");
    given.tokens_file.empty() ? make_tokens(given, context, options) : read_tokens(given, options);
    soak::Journal journal(given.check, soak::Journal::Open::kAppend);
    soak::Recorder recorder(ledger, journal);
    const soak::Plan plan{ledger.run(), ledger.members()};
    soak::Soak(options, plan, recorder, nullptr).reread();
    return report(context, ledger.figures());
}

ExitCode run(const Context& context, const SoakOptions& given) {
    if (!given.check.empty()) return check(context, given);
    soak::Options options = given.run;
    if (options.kill_every_seconds > 0 && options.command.empty())
        throw Failure(ExitCode::kUsage, "--kill-every needs --command: only a broker that is ours is killed");
    given.tokens_file.empty() ? make_tokens(given, context, options) : read_tokens(given, options);
    SystemRandom random;
    std::uint64_t id = 0;
    random.fill(reinterpret_cast<unsigned char*>(&id), sizeof id);
    const soak::Plan plan = soak::make_plan(options, id);
    soak::Journal journal(given.journal, soak::Journal::Open::kNew);
    soak::Ledger ledger;
    soak::Recorder recorder(ledger, journal);
    recorder.record({soak::Fact::kRun, {plan.run, options.users, options.conversations}});
    for (std::uint64_t k = 0; k < plan.members.size(); ++k)
        for (const std::uint64_t user : plan.members[k]) recorder.record({soak::Fact::kMember, {k, user}});
    std::optional<soak::BrokerChild> child;
    if (!options.command.empty()) child.emplace(options.command, options.command_log);
    soak::Soak(options, plan, recorder, child ? &*child : nullptr).run();
    return report(context, ledger.figures());
}

ExitCode run_safely(const Context& context, const SoakOptions& given) {
    try {
        return run(context, given);
    } catch (const bench::BadOptions& e) {
        throw Failure(ExitCode::kUsage, e.what());
    } catch (const soak::NoBroker& e) {
        throw Failure(ExitCode::kUnavailable, e.what());
    } catch (const Failure&) {
        throw;
    } catch (const std::runtime_error& e) {  // a journal, or a process
        throw Failure(ExitCode::kNoInput, e.what());
    }
}

void add_broker_options(CLI::App& command, SoakOptions& o) {
    command.add_option("--url", o.run.url, "The broker's public listener: ws://host:port/path")
        ->capture_default_str();
    command.add_flag("--allow-remote", o.run.allow_remote, "Not only loopback: the machine is yours to load");
    command.add_option("--command", o.run.command,
                       "Starts the broker, so that it can be killed: a simple command for /bin/sh");
    command.add_option("--command-log", o.run.command_log, "File that its output is added to");
    command
        .add_option("--kill-every", o.run.kill_every_seconds,
                    "Seconds between two kill -9 of that broker, on average; 0: never")
        ->check(CLI::Range(0.0, 86'400.0).description(""))
        ->capture_default_str();
    command.add_option("--tokens", o.tokens_file, "File with a token on each line, one for each user; or …");
    add_key_options(command, o.key);
    command.add_option("--user", o.user, "… with --secret-file: who they are, {i} being the number")
        ->capture_default_str();
}

void add_load_options(CLI::App& command, SoakOptions& o) {
    command
        .add_option("--users", o.run.users, "Each says, hears by resume-after, and hears by resume:device")
        ->check(CLI::Range(std::uint64_t{2}, soak::kMostUsers).description(""))
        ->capture_default_str();
    command.add_option("--conversations", o.run.conversations, "How many")
        ->check(CLI::Range(std::uint64_t{1}, soak::kMostConversations).description(""))
        ->capture_default_str();
    command.add_option("--members", o.run.members, "Of each")
        ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{100}).description(""))
        ->capture_default_str();
    command
        .add_option("--rate", o.run.rate,
                    "Messages per second of all together; the broker's limits.send_per_second is of one user")
        ->check(CLI::Range(0.1, 100'000.0).description(""))
        ->capture_default_str();
    command.add_option("--duration", o.run.duration_seconds, "Seconds of talking")
        ->check(CLI::Range(0.1, 2'592'000.0).description(""))
        ->capture_default_str();
    command.add_option("--body", o.run.body_bytes, "Bytes of what is said")
        ->check(CLI::Range(0, 100'000).description(""))
        ->capture_default_str();
    command
        .add_option("--settle", o.run.settle_seconds, "Seconds without progress after which it is given up")
        ->check(CLI::Range(0.5, 3'600.0).description(""))
        ->capture_default_str();
    command.add_option("--seed", o.run.seed, "Of who talks where and when the broker dies")
        ->capture_default_str();
}

}  // namespace

void add_soak(CLI::App& root, Context& context) {
    const auto options = std::make_shared<SoakOptions>();
    CLI::App* command = root.add_subcommand(
        "soak",
        "Talks through a broker while it is killed, and counts: attempted, receipted, recovered, lost. Exit "
        "code 0 only if nothing was lost, duplicated, unexpected or reordered.");
    add_broker_options(*command, *options);
    add_load_options(*command, *options);
    command->add_option("--journal", options->journal, "New file with every fact, for --check");
    command->add_option("--check", options->check, "Only counts the journal of a run, also of one that died");
    command->add_flag("--reread", options->reread, "With --check: reads its conversations again, too");
    command->callback([&context, options] {
        context.action = [&context, options] { return run_safely(context, *options); };
    });
}

}  // namespace causeway::ctl
