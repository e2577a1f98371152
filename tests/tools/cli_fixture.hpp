// Runs causewayctl as a shell would: words in, exit code and both streams out.
#pragma once

#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "tools/causewayctl/command_line.hpp"

namespace causeway::ctl {

struct Ran {
    int code;
    std::string out;
    std::string err;
};

struct Shell {
    std::map<std::string, std::string> environment{{"CAUSEWAYCTL_TOKEN", "sesame"}};
    std::string input;
    bool terminal = false;
    int columns = 0;
    bool somebody = false;  // is there to be asked

    [[nodiscard]] Ran operator()(std::vector<std::string> words) const {
        std::istringstream in(input);
        std::ostringstream out, err;
        const auto get = [this](const char* name) -> const char* {
            const auto found = environment.find(name);
            return found == environment.end() ? nullptr : found->second.c_str();
        };
        const int code = run(std::move(words), {in, out, err, terminal, columns, get, somebody});
        return {code, out.str(), err.str()};
    }
};

}  // namespace causeway::ctl
