#include "bridge/nats_message.hpp"

#include <cstdlib>

namespace causeway::bridge {

namespace {

struct Free {
    void operator()(void* memory) const { std::free(memory); }
};
// What the library allocates for us: an array of strings that belong to the message.
using Strings = std::unique_ptr<const char*, Free>;

// False if the block of headers cannot be parsed.
bool read_headers(natsMsg& message, Headers& into) {
    const char** raw = nullptr;
    int count = 0;
    const natsStatus status = natsMsgHeader_Keys(&message, &raw, &count);
    if (status == NATS_NOT_FOUND) return true;
    if (status != NATS_OK) return false;
    const Strings keys(raw);
    for (int i = 0; i < count; ++i) {
        const char* const key = keys.get()[i];
        int values = 0;
        if (natsMsgHeader_Values(&message, key, &raw, &values) != NATS_OK) return false;
        const Strings owned(raw);
        for (int j = 0; j < values; ++j) {
            const char* const value = owned.get()[j] ? owned.get()[j] : "";
            if (into.size() < kMaxHeaders && !fault_of_header(key, value)) into.emplace_back(key, value);
        }
    }
    return true;
}

}  // namespace

NatsMessage to_nats(const Outgoing& message, const std::string& origin, const std::string& reply_to) {
    natsMsg* raw = nullptr;
    if (natsMsg_Create(&raw, message.subject.text().c_str(), reply_to.empty() ? nullptr : reply_to.c_str(),
                       message.payload.data(), static_cast<int>(message.payload.size())) != NATS_OK)
        return nullptr;
    NatsMessage made(raw);
    const auto add = [raw](const std::string& name, const std::string& value) {
        return natsMsgHeader_Add(raw, name.c_str(), value.c_str()) == NATS_OK;
    };
    if (!message.msg_id.empty() && !add(std::string(kMessageIdHeader), message.msg_id)) return nullptr;
    if (!add(std::string(kOriginHeader), origin)) return nullptr;
    for (const auto& [name, value] : message.headers)
        if (!add(name, value)) return nullptr;
    return made;
}

std::optional<Event> from_nats(natsMsg& message, std::size_t max_payload) {
    const int length = natsMsg_GetDataLength(&message);
    if (length < 0 || static_cast<std::size_t>(length) > max_payload) return std::nullopt;
    Event event;
    event.subject = natsMsg_GetSubject(&message);
    if (std::holds_alternative<std::string>(Subject::parse(event.subject))) return std::nullopt;
    if (length > 0) event.payload.assign(natsMsg_GetData(&message), static_cast<std::size_t>(length));
    if (!read_headers(message, event.headers)) return std::nullopt;
    return event;
}

void set_origin(Event& event, std::string_view cluster) {
    const auto origin = find_header(event.headers, kOriginHeader);
    if (!origin || !origin->starts_with(cluster) || origin->size() <= cluster.size() + 1 ||
        (*origin)[cluster.size()] != '/')
        return;
    event.origin = Origin::kOurCluster;
    event.origin_node = origin->substr(cluster.size() + 1);
}

}  // namespace causeway::bridge
