// The headers of a frame that was decoded: each name once, as the first entry of that name wins (STOMP 1.2,
// "Repeated Header Entries"). Keeps places, not texts: the octets stay where the frame lies, so that the
// list survives the frame's move into another buffer. Only what had escapes is copied.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace causeway::stomp {

struct Header {
    std::string_view name;
    std::string_view value;

    bool operator==(const Header&) const = default;
};

class HeaderList {
public:
    class Iterator {
    public:
        Iterator(const HeaderList& list, std::size_t at) : list_(&list), at_(at) {}
        Header operator*() const { return (*list_)[at_]; }
        Iterator& operator++() { return ++at_, *this; }
        bool operator==(const Iterator& other) const { return at_ == other.at_; }

    private:
        const HeaderList* list_;
        std::size_t at_;
    };

    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] Header operator[](std::size_t i) const;
    [[nodiscard]] Iterator begin() const { return {*this, 0}; }
    [[nodiscard]] Iterator end() const { return {*this, size_}; }
    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;

    // The rest is the decoder's. `head` is where the frame begins now.
    void clear();
    void moved_to(const char* head) { head_ = head; }
    // The line at `offset` of the head is name, colon, value. Ignored if there is one of this name.
    void add(std::size_t offset, std::size_t name_size, std::size_t line_size);
    // The same with a name and a value that lie nowhere in the head.
    void add_copy(std::string_view name, std::string_view value);
    // STOMP 1.0 writes `name: value`.
    void drop_leading_blanks_of_values();
    void release_memory();
    [[nodiscard]] std::size_t memory() const;

private:
    struct Place {
        std::uint32_t name;
        std::uint32_t name_size;
        std::uint32_t value;
        std::uint32_t value_size;
        bool is_copy;
    };
    static constexpr std::size_t kInline = 8;

    [[nodiscard]] const Place& place(std::size_t i) const {
        return i < kInline ? first_[i] : more_[i - kInline];
    }
    [[nodiscard]] const char* text_of(const Place& place) const {
        return place.is_copy ? copies_.data() : head_;
    }
    void push(const Place& place);

    const char* head_ = nullptr;
    std::size_t size_ = 0;
    std::array<Place, kInline> first_;  // enough for most frames, without an allocation
    std::vector<Place> more_;
    std::string copies_;
};

inline Header HeaderList::operator[](std::size_t i) const {
    const Place& at = place(i);
    const char* const text = text_of(at);
    return {{text + at.name, at.name_size}, {text + at.value, at.value_size}};
}

}  // namespace causeway::stomp
