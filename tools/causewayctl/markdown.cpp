#include "tools/causewayctl/markdown.hpp"

#include <CLI/CLI.hpp>

namespace causeway::ctl {

namespace {

std::string cell(std::string text) {
    std::string out;
    for (const char c : text) {
        if (c == '|')
            out += "\\|";
        else
            out += c == '\n' ? ' ' : c;
    }
    return out;
}

std::string usage(const CLI::App& app, const std::string& path) {
    std::string line = path;
    for (const CLI::Option* option : app.get_options())
        if (option->get_positional())
            line +=
                option->get_required() ? " " + option->get_name(true) : " [" + option->get_name(true) + "]";
    if (!app.get_subcommands({}).empty()) line += " COMMAND";
    return line + " [options]";
}

void write_options(const CLI::App& app, std::string& out) {
    bool any = false;
    for (const CLI::Option* option : app.get_options()) {
        if (option->get_group().empty() || option == app.get_help_ptr() || option->check_lname("help-all"))
            continue;
        if (!any) out += "\n| option | default | what |\n|---|---|---|\n";
        any = true;
        out += "| `" + cell(option->get_name(option->get_positional(), !option->get_positional())) + "` | " +
               cell(option->get_default_str()) + " | " + cell(option->get_description()) + " |\n";
    }
}

void write_command(const CLI::App& app, const std::string& path, std::string& out) {
    out += "\n## " + path + "\n\n" + app.get_description() + "\n\n    " + usage(app, path) + "\n";
    write_options(app, out);
    for (const CLI::App* verb : app.get_subcommands({}))
        if (!verb->get_group().empty()) write_command(*verb, path + " " + verb->get_name(), out);
}

}  // namespace

std::string markdown_of(const CLI::App& root) {
    std::string out =
        "# causewayctl\n\n" + root.get_description() +
        "\nGlobal options may stand before or after the command. Data goes to stdout, everything else to "
        "stderr; into a\n"
        "pipe, tables are tab-separated. This page is generated: `causewayctl docs cli > docs/cli.md`.\n\n" +
        root.get_footer() + "\n";
    write_options(root, out);
    for (const CLI::App* noun : root.get_subcommands({}))
        if (!noun->get_group().empty()) write_command(*noun, root.get_name() + " " + noun->get_name(), out);
    return out;
}

}  // namespace causeway::ctl
