// What operators ask of a store under test, as values.
#pragma once

#include <future>
#include <string>
#include <variant>
#include <vector>

#include "storage/usage.hpp"
#include "tests/storage/fixture.hpp"

namespace causeway::storage {

template <typename T, typename Ask>
std::variant<T, ReadFailed> answer_to(const Ask& ask) {
    std::promise<std::variant<T, ReadFailed>> promise;
    auto answer = promise.get_future();
    ask([&promise](std::variant<T, ReadFailed> given) { promise.set_value(std::move(given)); });
    return answer.get();
}

inline std::vector<OutboxEvent> outbox_of(StoreUnderTest& store, std::uint64_t after = 0,
                                          std::size_t limit = 1000) {
    return std::get<0>(answer_to<std::vector<OutboxEvent>>(
        [&](auto done) { store.store().read_outbox(after, limit, std::move(done)); }));
}

inline std::variant<Verified, ReadFailed> verification(StoreUnderTest& store) {
    return answer_to<Verified>([&](auto done) { store.store().verify(std::move(done)); });
}
inline std::vector<std::string> faults_of(StoreUnderTest& store) {
    return std::get<Verified>(verification(store)).faults;
}

// Bytes, or why not.
inline std::variant<std::uint64_t, ReadFailed> backup_of(StoreUnderTest& store,
                                                         const std::filesystem::path& to) {
    return answer_to<std::uint64_t>([&](auto done) { store.store().backup(to, std::move(done)); });
}

// All slices together, and how many there were.
struct Exported {
    std::string json_lines;
    std::size_t slices = 0;
};
inline Exported export_of(StoreUnderTest& store, const std::string& user) {
    Exported exported;
    std::string from;
    do {
        const auto page = std::get<0>(answer_to<ExportPage>(
            [&](auto done) { store.store().read_export(user, from, std::move(done)); }));
        exported.json_lines += page.json_lines;
        from = page.next;
    } while (++exported.slices < 1000 && !from.empty());
    return exported;
}

// Requests it took.
inline int erase(StoreUnderTest& store, const std::string& user) {
    for (int requests = 1;; ++requests)
        if (!std::get<Erased>(store.submit(EraseUser{user})).more) return requests;
}

// A message with a body of that many characters.
inline Append sized(Append append, std::size_t characters) {
    append.envelope.mutable_chat()->set_content(std::string(characters, 'x'));
    return append;
}

inline Append to_log(const std::string& sender, const std::string& destination,
                     const std::string& inbox_of = {}) {
    Append append = message(sender);
    append.command = "send";
    append.destination = destination;
    append.inbox_of = inbox_of;
    return append;
}

// Until the store has done what it does between commits: asks it for commits.
template <typename Done>
bool comes_true(StoreUnderTest& store, const Done& done) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!done()) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        (void)store.submit(MoveCursors{});
    }
    return true;
}

inline bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace causeway::storage
