// What an append and a page cost: rows per second of this process's CPU time, for both
// durabilities and several sizes of a commit; or what they cost in a large store. Plain figures on stdout,
// one line each.
#include "tests/bench/storage_bench.hpp"

#include <atomic>
#include <cstdlib>
#include <string_view>

namespace causeway::storage {
namespace {

constexpr std::size_t kPage = 200;

// `n` goes on over the runs, so that client message ids stay unique.
void measure_appends(SqliteStore& store, const char* durability, std::size_t batch, std::size_t rows,
                     std::size_t& n) {
    const SystemClock clock;
    SystemRandom random;
    MessageIds ids(clock, random);
    Window window(batch * 2);
    std::atomic<std::size_t> refused{0};
    const Stopwatch watch;
    for (std::size_t i = 0; i < rows; ++i) {
        window.enter();
        store.submit(message(ids, clock, n++), [&](const Answer& answer) {
            if (!std::holds_alternative<Appended>(answer)) ++refused;
            window.leave();
        });
    }
    window.wait_for_all();
    watch.print("append", durability, batch, rows);
    if (refused > 0) std::printf("REFUSED %zu\n", refused.load());
}

void measure_pages(SqliteStore& store, const char* durability, std::size_t pages) {
    Window window(8);
    std::atomic<std::size_t> entries{0};
    const Stopwatch watch;
    for (std::size_t i = 0; i < pages; ++i) {
        window.enter();
        store.read_log({Log::Kind::kPrivateMessages, user(i % kUsers), {}}, Offset{0}, kPage,
                       [&](const std::variant<LogPage, ReadFailed>& page) {
                           if (const auto* read = std::get_if<LogPage>(&page))
                               entries += read->entries.size();
                           window.leave();
                       });
    }
    window.wait_for_all();
    watch.print("read", durability, kPage, entries);
}

void measure(const std::filesystem::path& directory, Durability durability, std::size_t rows) {
    const char* name = durability == Durability::kPower ? "power" : "process";
    std::size_t n = 0;
    for (const std::size_t batch : {8, 32, 128, 500}) {
        StoreOptions options;
        options.path = directory / name;
        options.durability = durability;
        options.batch_limit = batch;
        const SystemClock clock;
        SystemRandom random;
        SqliteStore store(
            options, [](const std::vector<Committed>&) {}, clock, random);
        measure_appends(store, name, batch, rows, n);
        if (batch == 500) measure_pages(store, name, 5000);
    }
}

}  // namespace
}  // namespace causeway::storage

// storage_bench DIRECTORY [ROWS per run], or storage_bench DIRECTORY scale [MESSAGES]
int main(int argc, char** argv) {
    if (argc < 2) {
        std::fprintf(stderr, "storage_bench DIRECTORY [ROWS]\nstorage_bench DIRECTORY scale [MESSAGES]\n");
        return 2;
    }
    const bool scale = argc > 2 && std::string_view(argv[2]) == "scale";
    const char* number = scale ? (argc > 3 ? argv[3] : "1000000") : (argc > 2 ? argv[2] : "100000");
    const std::size_t rows = std::strtoull(number, nullptr, 10);
    if (scale) {
        causeway::storage::measure_scale(argv[1], rows);
        return 0;
    }
    for (const auto durability :
         {causeway::storage::Durability::kPower, causeway::storage::Durability::kProcess})
        causeway::storage::measure(argv[1], durability, rows);
    return 0;
}
