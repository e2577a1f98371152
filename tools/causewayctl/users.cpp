#include <fcntl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstring>
#include <memory>
#include <ostream>

#include "tools/causewayctl/commands.hpp"
#include "tools/causewayctl/pages.hpp"
#include "tools/causewayctl/table.hpp"

namespace causeway::ctl {

namespace {

struct UserOptions {
    std::string user;
    std::string file;
    bool yes = false;
};

// A new file for its owner alone; what is in it is somebody's.
class PrivateFile {
public:
    explicit PrivateFile(const std::string& path)
        : path_(path), fd_(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)) {
        if (fd_ < 0) fail();
    }
    ~PrivateFile() { ::close(fd_); }
    PrivateFile(const PrivateFile&) = delete;
    PrivateFile& operator=(const PrivateFile&) = delete;

    void write(std::string_view text) {
        while (!text.empty()) {
            const ssize_t count = ::write(fd_, text.data(), text.size());
            if (count < 0) fail();
            text.remove_prefix(static_cast<std::size_t>(count));
        }
    }

private:
    [[noreturn]] void fail() const {
        throw Failure(ExitCode::kNoInput, "cannot write " + path_ + ": " + std::strerror(errno));
    }

    const std::string path_;
    const int fd_;
};

ExitCode export_user(const Context& context, const UserOptions& options) {
    ApiClient api(context);
    std::optional<PrivateFile> file;
    std::string next;
    do {
        std::string path = "/api/v1/users/export?user=" + url_escaped(options.user);
        if (!next.empty()) path += "&cursor=" + url_escaped(next);
        const Json slice = api.call("GET", path);
        if (!slice.contains("lines"))
            throw Failure(ExitCode::kInternal,
                          "the export has no lines; are broker and causewayctl of one version?");
        if (!options.file.empty() && !file) file.emplace(options.file);
        const std::string lines = text_of(slice, "lines");
        if (file)
            file->write(lines);
        else
            context.io.out << lines << std::flush;
        if (text_of(slice, "next") == next) break;  // also the end: both are empty
        next = text_of(slice, "next");
    } while (!next.empty());
    return ExitCode::kOk;
}

ExitCode erase_user(const Context& context, const UserOptions& options) {
    context.confirm("This erases all that is kept of " + options.user + ", for good.", options.yes);
    ApiClient api(context);
    const std::string request = Json{{"user", options.user}}.dump();
    std::uint64_t rows = 0;
    std::uint64_t closed = 0;
    for (bool more = true; more;) {
        const Json slice = api.call("POST", "/api/v1/users/erase", request);
        rows += slice.value("rows", std::uint64_t{0});
        closed += slice.value("closed", std::uint64_t{0});
        more = slice.value("more", false);
        if (more && context.io.out_is_terminal && !context.globals.quiet)
            context.io.err << "\rerased " << rows << " rows" << std::flush;
    }
    if (context.globals.format == Format::kJson)
        context.io.out << admin::dump({{"user", options.user}, {"rows", rows}, {"closed", closed}});
    else if (!context.globals.quiet)
        context.io.out << "erased " << printable(options.user) << ": " << rows << " rows, connections closed: "
                       << closed << "\n";
    return ExitCode::kOk;
}

}  // namespace

void add_users(CLI::App& root, Context& context) {
    CLI::App* noun = root.add_subcommand("users", "What is kept of a user.");
    noun->alias("user")->require_subcommand(1);

    const auto exporting = std::make_shared<UserOptions>();
    CLI::App* verb = noun->add_subcommand("export", "Writes all that is known of a user, as JSON lines.");
    verb->add_option("USER", exporting->user, "Whose")->required();
    verb->add_option("--output,--file", exporting->file, "A new file, instead of stdout");
    verb->callback([&context, exporting] {
        context.action = [&context, exporting] { return export_user(context, *exporting); };
    });

    const auto erasing = std::make_shared<UserOptions>();
    verb = noun->add_subcommand(
        "erase",
        "Empties what a user sent and removes the rest: inbox, cursors, memberships, "
        "name. His connections are closed first; let nobody log in under the name meanwhile.");
    verb->add_option("USER", erasing->user, "Whom")->required();
    verb->add_flag("--yes", erasing->yes, "Without asking");
    verb->callback([&context, erasing] {
        context.action = [&context, erasing] { return erase_user(context, *erasing); };
    });
}

}  // namespace causeway::ctl
