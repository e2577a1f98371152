// Queues, and what is done together or not at all.
#include <algorithm>

#include "tests/session/memory_store.hpp"

namespace causeway::session::testing {

using namespace storage;

namespace {

PartAnswer part_of(Answer answer) {
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

void MemoryStore::tell(Committed fact) {
    if (together_ != nullptr) return together_->push_back(std::move(fact));
    std::vector<Committed> facts;
    facts.push_back(std::move(fact));
    on_committed_(std::move(facts));
}

std::optional<LogEntry> MemoryStore::take(const std::string& queue, Offset offset) {
    const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) {
        return entry.entry.offset == offset && entry.entry.destination == queue;
    });
    if (found == entries_.end()) return std::nullopt;
    LogEntry taken = std::move(found->entry);
    entries_.erase(found);
    deliveries_.erase(offset);
    return taken;
}

Answer MemoryStore::perform(SettleQueue& request) {
    Settled settled{};
    for (const Offset offset : request.done) settled.removed += take(request.destination, offset) ? 1 : 0;
    for (const auto& returned : request.returned) deliveries_[returned.offset] = returned.deliveries;
    for (const auto& dead : request.dead) {
        settled.moved.push_back(move_dead(request.destination, dead));
        if (value(settled.moved.back()) > 0) ++settled.removed;
    }
    return settled;
}

Offset MemoryStore::move_dead(const std::string& from, const SettleQueue::Dead& dead) {
    const auto taken = take(from, dead.offset);
    if (!taken || dead.to.empty()) return {};
    Append append;
    append.destination = dead.to;
    (void)append.envelope.ParseFromString(taken->protobuf);
    for (const auto& [name, text] : dead.headers) {
        auto& header = *append.envelope.mutable_opaque()->add_headers();
        header.set_name(name);
        header.set_value(text);
    }
    return keep(append).offset;
}

Answer MemoryStore::perform(PurgeQueue& request) {
    const auto removed = std::erase_if(entries_, [&](const Entry& entry) {
        return entry.entry.destination == request.destination && entry.entry.offset <= request.until;
    });
    return Purged{removed, false};
}

Answer MemoryStore::perform(Together& request) {
    const auto entries = entries_;
    const auto members = members_;
    const auto devices = devices_;
    const auto by_client_id = by_client_id_;
    const auto deliveries = deliveries_;
    std::vector<Committed> facts;
    together_ = &facts;
    Togethered done;
    std::optional<PartRefused> refused;
    for (std::size_t i = 0; i < request.parts.size() && !refused; ++i) {
        Answer answer = std::visit([this](auto& part) { return perform(part); }, request.parts[i]);
        if (const auto* refusal = std::get_if<Refusal>(&answer))
            refused = PartRefused{i, *refusal};
        else
            done.answers.push_back(part_of(std::move(answer)));
    }
    together_ = nullptr;
    if (!refused) {
        if (!facts.empty()) on_committed_(std::move(facts));
        return done;
    }
    entries_ = entries;
    members_ = members;
    devices_ = devices;
    by_client_id_ = by_client_id;
    deliveries_ = deliveries;
    return *refused;
}

void MemoryStore::read_queue(std::string destination, Offset after, std::size_t limit,
                             OnRead<QueuePage> on_read) {
    asked_.push_back(
        [this, destination = std::move(destination), after, limit, on_read = std::move(on_read)] {
            if (fails_to_read) return on_read(ReadFailed{"disk"});
            QueuePage page;
            for (const Entry& entry : entries_) {
                if (entry.entry.destination != destination) continue;
                ++page.count;
                page.bytes += entry.entry.protobuf.size();
                page.last = entry.entry.offset;
                if (entry.entry.offset <= after) continue;
                page.more = page.entries.size() == limit;
                if (page.more) continue;
                const auto returned = deliveries_.find(entry.entry.offset);
                page.entries.push_back({entry.entry.offset, entry.entry.protobuf,
                                        returned == deliveries_.end() ? 0 : returned->second});
            }
            on_read(std::move(page));
        });
}

void MemoryStore::read_queues(std::string after, std::size_t limit, OnRead<std::vector<QueueRow>> on_read) {
    asked_.push_back([this, after = std::move(after), limit, on_read = std::move(on_read)] {
        if (fails_to_read) return on_read(ReadFailed{"disk"});
        std::map<std::string, QueueRow> rows;
        for (const Entry& entry : entries_) {
            const std::string& name = entry.entry.destination;
            if (!name.starts_with("/queue/") || name <= after) continue;
            QueueRow& row = rows.try_emplace(name, QueueRow{name, 0, 0}).first->second;
            ++row.count;
            row.bytes += entry.entry.protobuf.size();
        }
        std::vector<QueueRow> found;
        for (const auto& [name, row] : rows)
            if (found.size() < limit) found.push_back(row);
        on_read(std::move(found));
    });
}

std::string MemoryStore::queue(const std::string& destination) const {
    std::string text;
    for (const Entry& entry : entries_) {
        if (entry.entry.destination != destination) continue;
        Envelope envelope;
        (void)envelope.ParseFromString(entry.entry.protobuf);
        text += (text.empty() ? "" : " ") + envelope.opaque().body();
        const auto returned = deliveries_.find(entry.entry.offset);
        if (returned != deliveries_.end()) text += "=" + std::to_string(returned->second);
    }
    return text;
}

}  // namespace causeway::session::testing
