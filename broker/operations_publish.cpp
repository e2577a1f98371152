// What an operator publishes: straight to the shards, which say how many got it; through the topic's history;
// or, if it must be kept for a user, through the store.
#include <unordered_set>

#include "broker/app/message_envelope.hpp"
#include "broker/operations.hpp"
#include "broker/routing/destination.hpp"
#include "broker/store_answer.hpp"

namespace causeway {

namespace {

Refusal invalid(std::string text, std::string field) {
    return {ErrorCode::kMessageInvalid, std::move(text), std::move(field)};
}

}  // namespace

admin::PublishResult Operations::publish(const admin::Publish& request) {
    const auto* const user = std::get_if<admin::ToUser>(&request.to);
    const auto* const place = std::get_if<admin::ToDestination>(&request.to);
    if (place != nullptr && place->destination.starts_with("/queue/"))
        return publish_to_queue(request, place->destination);
    if (request.persistent)
        return user != nullptr
                   ? keep(request, *user)
                   : invalid("only what goes to a queue or to one user's queue can be kept", "persistent");
    const auto message = message_of(request);
    if (const auto* everyone = std::get_if<admin::ToEveryone>(&request.to))
        return publish_to_everyone(*message, everyone->queue);
    message->destination = user != nullptr ? routing::user_destination(user->user, user->queue)
                                           : std::get<admin::ToDestination>(request.to).destination;
    const auto parsed = routing::parse_destination(message->destination);
    if (const auto* fault = std::get_if<std::string>(&parsed))
        return invalid("destination: " + *fault, "destination");
    const auto kind = std::get<routing::Destination>(parsed).kind;
    if (kind != routing::DestinationKind::kTopic && kind != routing::DestinationKind::kNamedUserQueue)
        return invalid("only /topic/…, /queue/… and users' queues can be published to", "destination");
    if (parts_.routes.history_of(message->destination) != nullptr) return publish_kept(message);
    admin::Published done;
    done.message_id = message->message_id;
    const routing::MessagePtr shared = message;
    for (const std::uint64_t delivered :
         ask_all<std::uint64_t>([shared](Shard& shard) { return shard.deliver(shared); }))
        *done.delivered += delivered;
    return done;
}

// Without a destination.
std::shared_ptr<routing::Message> Operations::message_of(const admin::Publish& request) {
    auto message = std::make_shared<routing::Message>();
    message->message_id = ids_.next();
    message->timestamp = to_ms(parts_.clock.wall());
    message->headers = request.headers;
    message->content = std::make_shared<const routing::Content>(request.body, request.content_type);
    return message;
}

admin::PublishResult Operations::publish_to_everyone(const routing::Message& message,
                                                     const std::string& queue) {
    admin::Published done;
    done.message_id = message.message_id;
    for (const std::uint64_t delivered : ask_all<std::uint64_t>([message, queue](Shard& shard) {
             std::unordered_set<std::string> users;
             for (const auto& [id, session] : shard.sessions())
                 if (session->connected()) users.insert(session->identity().user);
             std::uint64_t count = 0;
             for (const std::string& user : users) {
                 auto copy = std::make_shared<routing::Message>(message);
                 copy->destination = routing::user_destination(user, queue);
                 count += shard.deliver(copy);
             }
             return count;
         }))
        *done.delivered += delivered;
    return done;
}

admin::PublishResult Operations::publish_kept(const routing::MessagePtr& message) {
    auto promise = std::make_shared<std::promise<routing::Stored>>();
    auto stored = promise->get_future();
    const auto when = parts_.routes.publish(
        message, [promise](routing::Stored answer) { promise->set_value(std::move(answer)); });
    admin::Published done{message->message_id, std::nullopt, false, std::nullopt};
    if (when == routing::Published::kNow) return done;
    if (stored.wait_for(kStorePatience) != std::future_status::ready)
        return Refusal{ErrorCode::kSendFailed, "the store did not answer in time; it may still be done", ""};
    const auto answer = stored.get();
    if (const auto* refusal = std::get_if<Refusal>(&answer)) return *refusal;
    done.stored = true;
    done.offset = std::get<routing::Kept>(answer).offset;
    return done;
}

admin::PublishResult Operations::keep(const admin::Publish& request, const admin::ToUser& user) {
    storage::Append append;
    append.command = "send";
    append.destination = routing::user_destination(user.user, user.queue);
    append.inbox_of = user.user;
    append.trusted = true;
    const auto parsed = routing::parse_destination(append.destination);
    if (const auto* fault = std::get_if<std::string>(&parsed)) return invalid("queue: " + *fault, "queue");
    append.envelope = app::envelope_of(*message_of(request));
    append.envelope.set_receiverid(user.user);
    const auto answer = await_commit(parts_.store, std::move(append), kStorePatience);
    if (const auto* refusal = std::get_if<Refusal>(&answer)) return *refusal;
    const auto* const appended = std::get_if<storage::Appended>(&answer);
    if (appended == nullptr)
        return Refusal{ErrorCode::kSendFailed, "the store gave an answer to another question", ""};
    return admin::Published{appended->message_id, std::nullopt, true, appended->offset};
}

}  // namespace causeway
