// causeway [run] | check-config | default-config | version: reads the command line, then hands over.
#include <malloc.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <iostream>

#include "broker/broker.hpp"
#include "broker/config/documents.hpp"
#include "broker/logging.hpp"
#include "broker/version.hpp"
#include "storage/error.hpp"

extern char** environ;

namespace {

// sysexits.h: what supervisors and scripts tell apart.
constexpr int kUsage = 64;
constexpr int kUnavailable = 69;
constexpr int kInternal = 70;
constexpr int kBadConfig = 78;

int serve(const causeway::config::Config& config) {
    // A peer or a disk that goes away is an error value where it happens, not the end of the process.
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);
    std::signal(SIGHUP, SIG_IGN);  // until the broker listens for it
    // A shard's heap grows by a mebibyte at a time instead of a page with a system call each.
    ::mallopt(M_TOP_PAD, 1 << 20);
    causeway::start_logging(config.log.level, config.log.format);
    for (const std::string& line : causeway::config::exposed_files(config)) spdlog::warn("{}", line);
    try {
        causeway::Broker broker(config);
        broker.run();
    } catch (const causeway::storage::Error& error) {
        spdlog::critical("the store cannot be opened (storage.path): {}", error.what());
        return kBadConfig;
    } catch (const std::runtime_error& error) {
        spdlog::critical("{}", error.what());
        return kUnavailable;
    }
    spdlog::info("stopped");
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    using namespace causeway;
    CLI::App program{"Causeway, a STOMP message broker for web clients"};
    std::vector<std::string> files;
    std::vector<std::string> sets;
    program.add_option("-c,--config", files, "TOML file; may be repeated, later ones win")->type_name("FILE");
    program.add_option("--set", sets, "one key, above file and environment")->type_name("SECTION.KEY=VALUE");
    program.require_subcommand(0, 1);
    const auto* const check = program.add_subcommand("check-config", "say whether the configuration holds, and end")->fallthrough();
    const auto* const show_default = program.add_subcommand("default-config", "print every key with its default");
    const auto* const version = program.add_subcommand("version", "print the version");
    try {
        program.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return program.exit(error) == 0 ? 0 : kUsage;
    }
    if (*show_default) return std::cout << config::default_config_toml(), 0;
    if (*version) return std::cout << "causeway " << kVersion << "\n", 0;
    try {
        const config::Config config = config::load(files, config::environment_of(environ), sets);
        if (*check) {
            for (const std::string& line : config::exposed_files(config)) std::cerr << "causeway: warning: " << line << "\n";
            return std::cout << "the configuration is good\n", 0;
        }
        return serve(config);
    } catch (const config::ConfigError& error) {
        std::cerr << "causeway: " << error.what() << "\n";
        return kBadConfig;
    } catch (const std::exception& error) {
        std::cerr << "causeway: " << error.what() << "\n";
        return kInternal;
    }
}
