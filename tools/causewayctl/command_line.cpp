#include "tools/causewayctl/command_line.hpp"

#include <CLI/CLI.hpp>
#include <ostream>

#include "tools/causewayctl/commands.hpp"
#include "tools/causewayctl/markdown.hpp"
#include "tools/causewayctl/table.hpp"

namespace causeway::ctl {

namespace {

const char* const kFooter =
    "Exit codes: 0 done; 1 the broker said no; 64 usage; 65 bad data; 66 unreadable file; 69 no broker "
    "there;\n"
    "70 internal; 75 try later; 77 no permission; 78 configuration; 124 time-out.";

void add_globals(CLI::App& root, Context& context) {
    Globals& globals = context.globals;
    root.add_option("--url", globals.url,
                    "Admin listener: http://, https:// or unix:/path; or CAUSEWAYCTL_URL")
        ->capture_default_str();
    root.add_option("--token", globals.token, "Admin token; better: --token-file or CAUSEWAYCTL_TOKEN");
    root.add_option("--token-file", globals.token_file, "File with the admin token");
    root.add_option("-o,--output", globals.format, "table or json")
        ->transform(CLI::CheckedTransformer(
                        std::map<std::string, Format>{{"table", Format::kTable}, {"json", Format::kJson}},
                        CLI::ignore_case)
                        .description(""))
        ->default_str("table");
    root.add_flag("--no-headers", globals.no_headers, "Tables without their first line");
    root.add_option("--color", globals.color, "auto, always or never; NO_COLOR is respected")
        ->check(CLI::IsMember({"auto", "always", "never"}).description(""))
        ->capture_default_str();
    root.add_flag("-q,--quiet", globals.quiet, "Say nothing but data and errors");
    root.add_option("--timeout", globals.timeout_seconds, "Seconds to wait for the broker")
        ->check(CLI::Range(0.001, 3600.0).description(""))
        ->capture_default_str();
}

void build(CLI::App& root, Context& context) {
    root.name("causewayctl");
    root.footer(kFooter);
    root.require_subcommand(1);
    root.fallthrough();  // global options may also stand after the command
    root.set_help_all_flag("--help-all", "Help of all commands");
    add_globals(root, context);
    add_status(root, context);
    add_connections(root, context);
    add_tokens(root, context);
    add_publish(root, context);
    add_history(root, context);
    add_cursors(root, context);
    add_queues(root, context);
    add_outbox(root, context);
    add_users(root, context);
    add_store_jobs(root, context);
    add_health(root, context);
    add_config(root, context);
    add_bench(root, context);
    add_soak(root, context);
    add_conformance(root, context);
    add_docs(root, context);
}

ExitCode execute(Context& context) {
    try {
        const ExitCode code = context.action();
        context.io.out.flush();
        if (!context.io.out) throw Failure(ExitCode::kInternal, "cannot write the output; is the disk full?");
        return code;
    } catch (const Failure& failure) {
        context.io.err << "causewayctl: " << printable(failure.what()) << "\n";
        return failure.code();
    } catch (const std::exception& e) {
        context.io.err << "causewayctl: internal error: " << printable(e.what()) << "\n";
        return ExitCode::kInternal;
    }
}

}  // namespace

int run(std::vector<std::string> arguments, const Io& io) {
    Context context{io, {}, {}};
    if (const char* url = io.environment("CAUSEWAYCTL_URL"); url && *url) context.globals.url = url;
    CLI::App root("Looks after a Causeway broker through its admin API.");
    build(root, context);
    try {
        std::reverse(arguments.begin(), arguments.end());  // CLI11 takes them from the back
        root.parse(arguments);
    } catch (const CLI::RequiredError& e) {
        // A word that is no command is what people need to hear of, not that a command is missing.
        const auto extras = root.remaining(true);
        io.err << "causewayctl: " << (extras.empty() ? e.what() : "unknown: " + printable(extras.front()))
               << "; see causewayctl --help-all\n";
        return static_cast<int>(ExitCode::kUsage);
    } catch (const CLI::ExtrasError&) {
        io.err << "causewayctl: not understood:";
        for (const std::string& word : root.remaining(true)) io.err << " " << printable(word);
        io.err << "; see causewayctl";
        for (const CLI::App* at = &root; !at->get_subcommands().empty();) {
            at = at->get_subcommands().front();
            io.err << " " << at->get_name();
        }
        io.err << " --help\n";
        return static_cast<int>(ExitCode::kUsage);
    } catch (const CLI::ParseError& e) {
        return root.exit(e, io.out, io.err) == 0 ? 0 : static_cast<int>(ExitCode::kUsage);
    }
    if (context.action) return static_cast<int>(execute(context));
    io.err << "causewayctl: name a verb; causewayctl --help-all lists them\n";
    return static_cast<int>(ExitCode::kUsage);
}

std::string cli_markdown() {
    Context context{
        {std::cin, std::cout, std::cerr, false, 0, [](const char*) -> const char* { return nullptr; }},
        {},
        {}};
    CLI::App root("Looks after a Causeway broker through its admin API.");
    build(root, context);
    return markdown_of(root);
}

}  // namespace causeway::ctl
