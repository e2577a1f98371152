#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <ostream>

#include "tools/causewayctl/commands.hpp"

namespace causeway::ctl {

namespace {

// The broker itself knows its configuration best; it is looked for beside this program, then on the PATH.
[[noreturn]] void become_broker(const Context& context, std::vector<std::string> arguments) {
    context.io.out.flush();
    std::error_code ignored;
    const auto beside = std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path() / "causeway";
    const std::string program = std::filesystem::exists(beside, ignored) ? beside.string() : "causeway";
    std::vector<char*> argv;
    arguments.insert(arguments.begin(), program);
    for (auto& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    execvp(program.c_str(), argv.data());
    throw Failure(ExitCode::kUnavailable, "cannot run the broker (" + program + "): " + std::strerror(errno) +
                                              "; install it, or put it on the PATH");
}

}  // namespace

void add_config(CLI::App& root, Context& context) {
    CLI::App* noun =
        root.add_subcommand("config", "The broker's configuration, as the program causeway reads it.");
    noun->require_subcommand(1);

    const auto file = std::make_shared<std::string>();
    const auto settings = std::make_shared<std::vector<std::string>>();
    CLI::App* verb = noun->add_subcommand(
        "check", "Reads a configuration and says what is wrong with it; exit code 78 then.");
    verb->add_option("FILE", *file, "causeway.toml");
    verb->add_option("--set", *settings, "section.key=value; may be repeated")->allow_extra_args(false);
    verb->callback([&context, file, settings] {
        context.action = [&context, file, settings]() -> ExitCode {
            std::vector<std::string> arguments{"check-config"};
            if (!file->empty()) arguments.insert(arguments.end(), {"--config", *file});
            for (const auto& setting : *settings) arguments.insert(arguments.end(), {"--set", setting});
            become_broker(context, std::move(arguments));
        };
    });
    verb = noun->add_subcommand("default", "Writes a configuration file with every key and its default.");
    verb->callback([&context] {
        context.action = [&context]() -> ExitCode { become_broker(context, {"default-config"}); };
    });
}

}  // namespace causeway::ctl
