#include "broker/net/static_files.hpp"

#include <array>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace causeway::net {

namespace {

constexpr std::uintmax_t kLargestFile = 4U << 20;
constexpr std::uintmax_t kLargestSum = 64U << 20;

std::string_view type_of(const std::filesystem::path& file) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kTypes{{
        {".html", "text/html; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"},
        {".css", "text/css; charset=utf-8"},
        {".json", "application/json"},
        {".svg", "image/svg+xml"},
        {".png", "image/png"},
        {".ico", "image/x-icon"},
        {".txt", "text/plain; charset=utf-8"},
        {".map", "application/json"},
    }};
    const std::string extension = file.extension().string();
    for (const auto& [known, type] : kTypes)
        if (known == extension) return type;
    return {};
}

std::string read(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw std::runtime_error("cannot read " + path.string());
    return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

StaticFiles::StaticFiles(const std::filesystem::path& directory) {
    std::error_code error;
    std::uintmax_t sum = 0;
    for (std::filesystem::recursive_directory_iterator entries(directory, error), end; entries != end && !error;
         entries.increment(error)) {
        const std::string_view type = type_of(entries->path());
        // A link may lead anywhere.
        if (entries->is_symlink() || !entries->is_regular_file() || type.empty()) continue;
        const std::uintmax_t size = entries->file_size();
        if (size > kLargestFile) throw std::runtime_error(entries->path().string() + " is larger than 4 MiB");
        sum += size;
        if (sum > kLargestSum) throw std::runtime_error(directory.string() + " holds more than 64 MiB");
        const std::string name = "/" + std::filesystem::relative(entries->path(), directory).generic_string();
        files_.emplace(name, File{std::string(type), read(entries->path())});
    }
    if (error) throw std::runtime_error("http.static_dir " + directory.string() + ": " + error.message());
}

const StaticFiles::File* StaticFiles::find(std::string_view path) const {
    const auto found = files_.find(path == "/" ? std::string_view("/index.html") : path);
    return found == files_.end() ? nullptr : &found->second;
}

}  // namespace causeway::net
