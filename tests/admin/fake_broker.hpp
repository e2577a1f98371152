// A BrokerView that answers from plain fields and remembers what it was told to do. Has a store and a clock.
#pragma once

#include <stdexcept>

#include "broker/admin/api.hpp"
#include "tests/admin/fake_store.hpp"

namespace causeway::admin {

class FakeBroker final : public BrokerView {
public:
    Status status() override {
        if (broken) throw std::runtime_error("shard 1 does not answer");
        return now;
    }
    ConnectionPage connections(const ConnectionQuery& query) override {
        asked = query;
        ConnectionPage page;
        for (const auto& c : open) {
            if (value(c.id) <= value(query.after) || (!query.user.empty() && c.user != query.user)) continue;
            if (page.items.size() == query.limit) {
                page.more = true;
                break;
            }
            page.items.push_back(c);
        }
        return page;
    }
    std::optional<Connection> connection(SessionId id) override {
        for (const auto& c : open)
            if (c.id == id) return c;
        return std::nullopt;
    }
    bool close_connection(SessionId id, const std::string& reason) override {
        if (!connection(id)) return false;
        closed.emplace_back(value(id), reason);
        return true;
    }
    std::uint64_t close_connections_of(const std::string& user, const std::string& reason) override {
        std::uint64_t count = 0;
        for (const auto& c : open)
            if (c.user == user && close_connection(c.id, reason)) ++count;
        std::erase_if(open, [&](const Connection& c) { return c.user == user; });
        erased_when_closed.push_back(store.erased.size());
        return count;
    }
    PublishResult publish(const Publish& message) override {
        published.push_back(message);
        return result;
    }
    std::variant<QueuePage, Refusal> queues(const std::string& after, std::size_t limit) override {
        if (broken) return Refusal{ErrorCode::kSendFailed, "the store cannot be read", {}};
        QueuePage page;
        for (const QueueRow& row : queue_rows) {
            if (row.destination <= after) continue;
            page.more = page.items.size() == limit;
            if (page.more) break;
            page.items.push_back(row);
        }
        return page;
    }
    std::variant<std::uint64_t, Refusal> purge_queue(const std::string& destination) override {
        purged.push_back(destination);
        if (broken)
            return Refusal{ErrorCode::kSendFailed, "the store did not purge it: the disk is full", {}};
        return std::uint64_t{7};
    }
    std::vector<Check> health() override { return checks; }
    Snapshot metrics() override { return numbers; }

    void opens(std::uint64_t id, std::string user) {
        Connection c;
        c.id = SessionId{id};
        c.user = std::move(user);
        open.push_back(std::move(c));
    }

    // What an Api needs besides.
    FakeStore store;
    ManualClock clock;

    bool broken = false;
    std::vector<QueueRow> queue_rows;
    std::vector<std::string> purged;
    Status now;
    std::vector<Connection> open;
    std::vector<Check> checks;
    Snapshot numbers;
    PublishResult result = Published{"01MCC5RM000000000000000000", 3, false, std::nullopt};
    ConnectionQuery asked;
    std::vector<std::pair<std::uint64_t, std::string>> closed;
    std::vector<Publish> published;
    std::vector<std::size_t> erased_when_closed;  // slices erased before
};

inline std::optional<Request> try_request(std::string method, std::string_view target,
                                          std::string body = {}) {
    net::HttpHead head;
    const std::size_t mark = target.find('?');
    head.method = std::move(method);
    head.path = target.substr(0, mark);
    if (mark != std::string_view::npos) head.query = target.substr(mark + 1);
    head.headers = {{"Host", "127.0.0.1:8081"}, {"Authorization", "Bearer sesame"}};
    return make_request(head, std::move(body), "127.0.0.1");
}

inline Request request(std::string method, std::string_view target, std::string body = {}) {
    return try_request(std::move(method), target, std::move(body)).value();
}

inline Request without_token(Request made) {
    made.headers.pop_back();
    return made;
}

inline ApiOptions options_with_token() {
    ApiOptions options;
    options.guard.token = "sesame";
    return options;
}

inline std::string_view header_of(const Response& response, std::string_view name) {
    for (const auto& [key, text] : response.headers)
        if (key == name) return text;
    return {};
}

}  // namespace causeway::admin
