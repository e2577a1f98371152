#include "tools/causewayctl/context.hpp"

#include <fstream>
#include <istream>
#include <iterator>
#include <ostream>

#include "tools/causewayctl/table.hpp"

namespace causeway::ctl {

bool Context::wants_color() const {
    if (globals.color != "auto") return globals.color == "always";
    const char* refused = io.environment("NO_COLOR");
    return io.out_is_terminal && !(refused && *refused);
}

std::string Context::admin_token() const {
    if (!globals.token.empty()) return globals.token;
    if (!globals.token_file.empty()) return without_line_end(read_file(globals.token_file, 64 * 1024));
    const char* token = io.environment("CAUSEWAYCTL_TOKEN");
    return token ? token : "";
}

void Context::confirm(const std::string& what, bool yes) const {
    if (yes) return;
    if (!io.in_is_terminal) throw Failure(ExitCode::kUsage, what + " Say --yes if that is meant");
    io.err << "causewayctl: " << printable(what) << " [y/N] " << std::flush;
    std::string answer;
    std::getline(io.in, answer);
    if (answer != "y" && answer != "Y" && answer != "yes")
        throw Failure(ExitCode::kRefused, "nothing was changed");
}

std::string read_file(const std::string& path, std::size_t limit) {
    std::ifstream file(path, std::ios::binary);
    std::string content;
    char block[16 * 1024];
    while (file.read(block, sizeof block) || file.gcount() > 0) {
        content.append(block, static_cast<std::size_t>(file.gcount()));
        if (content.size() > limit)
            throw Failure(ExitCode::kNoInput, path + " has more than " + std::to_string(limit) + " bytes");
    }
    if (!file.eof())
        throw Failure(ExitCode::kNoInput, "cannot read " + path + "; does it exist, and may you read it?");
    return content;
}

std::string without_line_end(std::string text) {
    const std::size_t end = text.find_last_not_of(" \t\r\n");
    text.resize(end == std::string::npos ? 0 : end + 1);
    return text;
}

}  // namespace causeway::ctl
