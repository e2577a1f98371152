// sync: all that a user missed, in pages. Each page is made when the one before it has gone, so a sync
// of any size holds one page of the store at a time.
#include <deque>

#include "broker/app/answers.hpp"
#include "broker/app/entry_json.hpp"
#include "broker/app/handlers.hpp"
#include "broker/app/json_text.hpp"
#include "broker/app/sync_request.hpp"

namespace causeway::app {

namespace {

constexpr const char* kQueue = "/user/queue/sync";
// A page must fit into a session's outgoing queue beside what is live; one message may be larger.
constexpr std::size_t kPageBytes = 256 << 10;

struct Sync {
    Services& services;  // to be used at the beginning of a step only, not when an answer comes
    storage::SyncQuery query;
    std::string epoch;                       // of the store
    std::deque<storage::LogEntry> unsent{};  // read from the store
    bool read_all = false;
    bool recovered = true;
    Offset end{};
};
using SyncPtr = std::shared_ptr<Sync>;

void step(const SyncPtr& sync, OnOutcome on_outcome);

std::string page_body(Sync& sync) {
    std::string out = R"({"action":"page","epoch":)";
    append_json_string(out, sync.epoch);
    out += R"(,"messages":[)";
    const std::size_t head = out.size();
    Offset next{};
    while (!sync.unsent.empty()) {
        const std::string message = entry_json(sync.unsent.front());
        const bool first = out.size() == head;
        if (!first && out.size() + message.size() > kPageBytes) break;
        if (!first && !message.empty()) out += ',';
        out += message;
        next = sync.unsent.front().offset;
        sync.unsent.pop_front();
    }
    out += R"(],"next":)";
    append_json_number(out, static_cast<std::int64_t>(value(next)));
    return out += '}';
}

Done page(const SyncPtr& sync, const ReplyStamp& stamp) {
    Done done;
    done.reply = stamp.reply(kQueue, page_body(*sync));
    done.next = [sync](OnOutcome on_outcome) { step(sync, std::move(on_outcome)); };
    return done;
}

Done complete(const Sync& sync, const ReplyStamp& stamp) {
    const char* recovered = sync.recovered ? "true" : "false";
    std::string out = R"({"action":"complete","epoch":)";
    append_json_string(out, sync.epoch);
    out += R"(,"offset":)";
    append_json_number(out, static_cast<std::int64_t>(value(sync.end)));
    out.append(R"(,"recovered":)").append(recovered) += '}';
    return {{{"epoch", sync.epoch}, {"offset", std::to_string(value(sync.end))}, {"recovered", recovered}},
            stamp.reply(kQueue, std::move(out)),
            {}};
}

Done part(const SyncPtr& sync, const ReplyStamp& stamp) {
    return sync->unsent.empty() ? complete(*sync, stamp) : page(sync, stamp);
}

void take(Sync& sync, storage::SyncPage& page) {
    sync.end = page.store_end;
    if (page.gap) sync.recovered = false;
    // Numbers of another store that calls itself by the same epoch, or by none: PRODUCT 7, "Resume".
    if (sync.query.after > page.store_end) {
        sync.recovered = false;
        page.entries.clear();
    }
    sync.read_all = page.complete || page.entries.empty();
    if (!page.entries.empty()) sync.query.page_after = page.entries.back().offset;
    for (auto& entry : page.entries) sync.unsent.push_back(std::move(entry));
}

void step(const SyncPtr& sync, OnOutcome on_outcome) {
    const ReplyStamp stamp(sync->services);
    if (!sync->unsent.empty() || sync->read_all) return on_outcome(part(sync, stamp));
    sync->services.store.read_sync(
        sync->query, on_read<storage::SyncPage>(sync->services, "what was missed", std::move(on_outcome),
                                                [sync, stamp](storage::SyncPage& page) {
                                                    take(*sync, page);
                                                    return part(sync, stamp);
                                                }));
}

// The client's numbers mean nothing here: as for a SUBSCRIBE, nothing is replayed, and it is told so.
void refuse_epoch(const SyncPtr& sync, OnOutcome on_outcome) {
    sync->recovered = false;
    sync->services.store.read_log_state(
        {storage::Log::Kind::kPrivateMessages, sync->query.user, {}}, {},
        on_read<storage::LogState>(sync->services, "the end of the log", std::move(on_outcome),
                                   [sync, stamp = ReplyStamp(sync->services)](const auto& state) {
                                       sync->end = state.store_end;
                                       return complete(*sync, stamp);
                                   }));
}

}  // namespace

void sync(Services& services, const Command& command, OnOutcome on_outcome) {
    Fields fields = read_fields(services, command);
    SyncRequest request = read_sync_request(fields, services.limits);
    if (fields.fault()) return on_outcome(*fields.fault());
    request.query.user = command.caller.identity.user;

    const std::string& epoch = services.store.epoch();
    const bool same = request.epoch.empty() || request.epoch == epoch;
    const auto sync = std::make_shared<Sync>(Sync{services, std::move(request.query), epoch});
    if (same)
        step(sync, std::move(on_outcome));
    else
        refuse_epoch(sync, std::move(on_outcome));
}

}  // namespace causeway::app
