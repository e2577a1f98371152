// Gives a fuzzer every file of the directories and files named, and a few mutilations of each: what a build
// without libFuzzer does with a corpus. Fails if there is nothing to replay.
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

namespace fs = std::filesystem;

void run(const std::string& octets) {
    const std::vector<std::uint8_t> exact(octets.begin(), octets.end());
    LLVMFuzzerTestOneInput(exact.data(), exact.size());
}

void replay(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    const std::string octets{std::istreambuf_iterator<char>(in), {}};
    run(octets);
    const std::size_t stride = octets.size() / 64 + 1;
    for (std::size_t at = 0; at < octets.size(); at += stride) {
        run(octets.substr(0, at));
        std::string flipped = octets;
        flipped[at] = static_cast<char>(flipped[at] ^ 1 << at % 8);
        run(flipped);
    }
}

}  // namespace

int main(int argc, char** argv) {
    std::size_t replayed = 0;
    for (int i = 1; i < argc; ++i) {
        if (fs::is_directory(argv[i])) {
            for (const auto& entry : fs::recursive_directory_iterator(argv[i]))
                if (entry.is_regular_file()) replay(entry.path()), ++replayed;
        } else {
            replay(argv[i]), ++replayed;
        }
    }
    std::printf("%zu inputs replayed\n", replayed);
    return replayed > 0 ? 0 : 1;
}
