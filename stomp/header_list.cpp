#include "stomp/header_list.hpp"

#include <algorithm>

namespace causeway::stomp {

std::optional<std::string_view> HeaderList::find(std::string_view name) const {
    for (std::size_t i = 0; i < size_; ++i) {
        const Place& at = place(i);
        if (at.name_size != name.size()) continue;
        const char* const text = text_of(at);
        if (std::string_view(text + at.name, at.name_size) == name)
            return std::string_view(text + at.value, at.value_size);
    }
    return std::nullopt;
}

void HeaderList::clear() {
    size_ = 0;
    more_.clear();
    copies_.clear();
}

void HeaderList::add(std::size_t offset, std::size_t name_size, std::size_t line_size) {
    if (find({head_ + offset, name_size})) return;
    const std::size_t value = offset + name_size + 1;
    push({static_cast<std::uint32_t>(offset), static_cast<std::uint32_t>(name_size),
          static_cast<std::uint32_t>(value), static_cast<std::uint32_t>(offset + line_size - value), false});
}

void HeaderList::add_copy(std::string_view name, std::string_view value) {
    if (find(name)) return;
    const auto offset = static_cast<std::uint32_t>(copies_.size());
    const auto name_size = static_cast<std::uint32_t>(name.size());
    copies_.append(name).append(value);
    push({offset, name_size, offset + name_size, static_cast<std::uint32_t>(value.size()), true});
}

void HeaderList::push(const Place& place) {
    if (size_ < kInline) {
        first_[size_] = place;
    } else {
        more_.push_back(place);
    }
    ++size_;
}

void HeaderList::drop_leading_blanks_of_values() {
    for (std::size_t i = 0; i < size_; ++i) {
        Place& at = i < kInline ? first_[i] : more_[i - kInline];
        const std::string_view value(text_of(at) + at.value, at.value_size);
        const auto blanks = static_cast<std::uint32_t>(std::min(value.find_first_not_of(' '), value.size()));
        at.value += blanks;
        at.value_size -= blanks;
    }
}

void HeaderList::release_memory() {
    clear();
    std::vector<Place>().swap(more_);
    std::string().swap(copies_);
}

std::size_t HeaderList::memory() const {
    const std::size_t copies = copies_.capacity() > std::string().capacity() ? copies_.capacity() : 0;
    return more_.capacity() * sizeof(Place) + copies;
}

}  // namespace causeway::stomp
