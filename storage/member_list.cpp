#include "storage/member_list.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace causeway::storage {

namespace {

using Names = std::vector<std::string>;

std::shared_ptr<const Names> shared(Names names) { return std::make_shared<const Names>(std::move(names)); }

}  // namespace

MemberList::MemberList(std::vector<std::string> names) : size_(names.size()) {
    std::sort(names.begin(), names.end());
    constexpr std::size_t kFilled = kChunk / 2;  // leaves room for who comes
    for (std::size_t from = 0; from < names.size(); from += kFilled) {
        const std::size_t count = std::min(kFilled, names.size() - from);
        const auto begin = std::make_move_iterator(names.begin() + static_cast<std::ptrdiff_t>(from));
        chunks_.push_back(shared(Names(begin, begin + static_cast<std::ptrdiff_t>(count))));
    }
}

std::size_t MemberList::chunk_of(std::string_view name) const {
    const auto behind =
        std::upper_bound(chunks_.begin(), chunks_.end(), name,
                         [](std::string_view wanted, const Chunk& chunk) { return wanted < chunk->front(); });
    return behind == chunks_.begin() ? 0 : static_cast<std::size_t>(behind - chunks_.begin()) - 1;
}

bool MemberList::has(std::string_view name) const {
    if (chunks_.empty()) return false;
    const Names& names = *chunks_[chunk_of(name)];
    return std::binary_search(names.begin(), names.end(), name, std::less<>());
}

bool MemberList::insert(std::string_view name) {
    if (chunks_.empty()) {
        chunks_.push_back(shared({std::string(name)}));
        size_ = 1;
        return true;
    }
    const std::size_t at = chunk_of(name);
    Names names = *chunks_[at];
    const auto place = std::lower_bound(names.begin(), names.end(), name, std::less<>());
    if (place != names.end() && *place == name) return false;
    names.emplace(place, name);
    ++size_;
    if (names.size() > kChunk) {
        const auto middle = names.begin() + kChunk / 2;
        chunks_.insert(chunks_.begin() + static_cast<std::ptrdiff_t>(at) + 1,
                       shared(Names(middle, names.end())));
        names.erase(middle, names.end());
    }
    chunks_[at] = shared(std::move(names));
    return true;
}

bool MemberList::erase(std::string_view name) {
    if (!has(name)) return false;
    const std::size_t at = chunk_of(name);
    Names names = *chunks_[at];
    names.erase(std::lower_bound(names.begin(), names.end(), name, std::less<>()));
    --size_;
    if (names.empty())
        chunks_.erase(chunks_.begin() + static_cast<std::ptrdiff_t>(at));
    else
        chunks_[at] = shared(std::move(names));
    return true;
}

}  // namespace causeway::storage
