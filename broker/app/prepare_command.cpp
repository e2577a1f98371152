// Runs a command against a store that does nothing and remembers what it was asked.
#include "broker/app/command_table.hpp"
#include "broker/app/prepared_command.hpp"

namespace causeway::app {

namespace {

class AskedStore final : public storage::Store {
public:
    explicit AskedStore(storage::Store& real) : real_(real) {}

    void submit(storage::Request request, storage::OnAnswer on_answer) override {
        asked = std::move(request);
        answer = std::move(on_answer);
    }
    void read_log(storage::Log, Offset, std::size_t, storage::OnRead<storage::LogPage>) override {}
    void read_log_state(storage::Log, std::string, storage::OnRead<storage::LogState>) override {}
    void read_memberships(std::string, storage::OnRead<std::vector<std::string>>) override {}
    void read_conversations(std::string, storage::OnRead<std::vector<storage::ConversationRow>>) override {}
    void read_sync(storage::SyncQuery, storage::OnRead<storage::SyncPage>) override {}
    void read_history(storage::HistoryQuery, storage::OnRead<storage::HistoryPage>) override {}
    void read_unread(std::string, storage::OnRead<std::vector<storage::UnreadRow>>) override {}
    void read_queue(std::string, Offset, std::size_t, storage::OnRead<storage::QueuePage>) override {}
    void read_queues(std::string, std::size_t, storage::OnRead<std::vector<storage::QueueRow>>) override {}
    [[nodiscard]] const std::string& epoch() const override { return real_.epoch(); }
    [[nodiscard]] bool healthy() const override { return real_.healthy(); }

    std::optional<storage::Request> asked;
    storage::OnAnswer answer;

private:
    storage::Store& real_;
};

std::optional<storage::Part> part_of(storage::Request request) {
    return std::visit(
        [](auto& one) -> std::optional<storage::Part> {
            if constexpr (std::is_constructible_v<storage::Part, decltype(one)>)
                return storage::Part(std::move(one));
            else
                return std::nullopt;
        },
        request);
}

storage::Answer answer_of(storage::PartAnswer part) {
    return std::visit([](auto& one) -> storage::Answer { return std::move(one); }, part);
}

}  // namespace

std::variant<PreparedCommand, Refusal> Commands::prepare(const Caller& caller, std::string_view command,
                                                         std::string_view body,
                                                         std::string_view content_type) {
    const Refusal cannot = unsupported(command, " cannot be part of a transaction");
    if (command == "auth") return cannot;  // is about the session, not about the store
    AskedStore store(services_->store);
    // What the handler lets outlive its call it copies, so these may go.
    Services services{
        store, services_->clock, services_->ids, [](const std::function<void()>& task) { task(); },
        {},    services_->limits};
    const auto outcome = std::make_shared<std::optional<Outcome>>();
    run_command(services, caller, command, body, content_type,
                [outcome](Outcome given) { *outcome = std::move(given); });
    if (*outcome)
        if (auto* const refusal = std::get_if<Refusal>(&**outcome)) return std::move(*refusal);
    if (*outcome || !store.asked) return cannot;
    auto part = part_of(*std::move(store.asked));
    if (!part) return cannot;
    return PreparedCommand{*std::move(part),
                           [outcome, answer = std::move(store.answer)](storage::PartAnswer done) {
                               answer(answer_of(std::move(done)));
                               return *std::move(*outcome);
                           }};
}

}  // namespace causeway::app
