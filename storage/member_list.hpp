// The names of a conversation's members, sorted. A copy shares all but a few hundred octets with its
// original, so that whoever is told of a change keeps the list as it was and a room of any size stays
// cheap to join and to leave. An object belongs to one thread; copies of it to any.
#pragma once

#include <cstddef>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace causeway::storage {

class MemberList {
    using Chunk = std::shared_ptr<const std::vector<std::string>>;  // sorted, never empty
    using Chunks = std::vector<Chunk>;                              // ascending

public:
    class Iterator {
    public:
        using iterator_category = std::forward_iterator_tag;
        using value_type = std::string;
        using difference_type = std::ptrdiff_t;
        using pointer = const std::string*;
        using reference = const std::string&;

        Iterator() = default;
        reference operator*() const { return (**chunk_)[place_]; }
        pointer operator->() const { return &**this; }
        Iterator& operator++() {
            if (++place_ < (*chunk_)->size()) return *this;
            ++chunk_;
            place_ = 0;
            return *this;
        }
        Iterator operator++(int) {
            Iterator before = *this;
            ++*this;
            return before;
        }
        bool operator==(const Iterator&) const = default;

    private:
        friend class MemberList;
        explicit Iterator(Chunks::const_iterator chunk) : chunk_(chunk) {}
        Chunks::const_iterator chunk_{};
        std::size_t place_ = 0;
    };

    MemberList() = default;
    // In any order, each once.
    explicit MemberList(std::vector<std::string> names);

    // False: nothing changed. References and iterators into this object end with either.
    bool insert(std::string_view name);
    bool erase(std::string_view name);

    [[nodiscard]] bool has(std::string_view name) const;
    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] Iterator begin() const { return Iterator(chunks_.begin()); }
    [[nodiscard]] Iterator end() const { return Iterator(chunks_.end()); }
    [[nodiscard]] std::vector<std::string> names() const { return {begin(), end()}; }

private:
    static constexpr std::size_t kChunk = 128;  // names; one that grows beyond is split

    // Where the name is, or belongs: the last chunk that does not begin behind it.
    [[nodiscard]] std::size_t chunk_of(std::string_view name) const;

    Chunks chunks_;
    std::size_t size_ = 0;
};

}  // namespace causeway::storage
