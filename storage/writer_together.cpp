// Together: parts that are written in one commit or not at all.
#include <type_traits>

#include "storage/writer.hpp"

namespace causeway::storage {

namespace {

Request request_of(Part& part) {
    return std::visit([](auto& one) -> Request { return std::move(one); }, part);
}

PartAnswer part_answer(Answer answer) {
    return std::visit(
        [](auto& one) -> PartAnswer {
            if constexpr (std::is_constructible_v<PartAnswer, decltype(one)>)
                return std::move(one);
            else
                return Changed{false};
        },
        answer);
}

}  // namespace

// A single part is decided before its first row is written, as any request is.
Answer Writer::decide_together(Together& request, std::vector<Committed>& committed) {
    if (request.parts.size() <= 1) return decide_parts(request, committed);
    own_logs_->save();  // what earlier requests changed is not to be taken back
    const Bookmark bookmark{committed.size(), entries_->last(), usage_->rows(), outbox_->state()};
    std::optional<Savepoint> savepoint(std::in_place, database_);
    Answer answer = decide_parts(request, committed);
    if (std::holds_alternative<Togethered>(answer)) {
        savepoint->release();
        return answer;
    }
    savepoint.reset();
    go_back_to(bookmark, committed);
    return answer;
}

Answer Writer::decide_parts(Together& request, std::vector<Committed>& committed) {
    Togethered done;
    done.answers.reserve(request.parts.size());
    for (std::size_t i = 0; i < request.parts.size(); ++i) {
        Request one = request_of(request.parts[i]);
        Answer answer = decide_one(one, committed);
        if (auto* refusal = std::get_if<Refusal>(&answer)) return PartRefused{i, std::move(*refusal)};
        done.answers.push_back(part_answer(std::move(answer)));
    }
    return done;
}

// Keys that were given to new names are free again, so what is held of names is read anew.
void Writer::go_back_to(const Bookmark& bookmark, std::vector<Committed>& committed) {
    committed.erase(committed.begin() + static_cast<std::ptrdiff_t>(bookmark.told), committed.end());
    entries_->put_back(bookmark.last);
    usage_->put_back(bookmark.usage);
    outbox_->put_back(bookmark.outbox);
    queue_sizes_->forget_changes();
    own_logs_->forget_all();
    conversations_->forget_all();
    users_->forget_all();
}

}  // namespace causeway::storage
