// A CLI11 tree as a page of Markdown.
#pragma once

#include <string>

namespace CLI {
class App;
}

namespace causeway::ctl {

[[nodiscard]] std::string markdown_of(const CLI::App& root);

}  // namespace causeway::ctl
