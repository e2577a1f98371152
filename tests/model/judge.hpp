// Says whether what clients see is what PRODUCT 7 promises, given what was committed. Knows nothing of
// how the product does it. Throws Failed. Time here is a count of steps.
#pragma once

#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "tests/model/kept.hpp"
#include "tests/model/line.hpp"
#include "tests/model/subscription.hpp"

namespace causeway::model {

// What one device has of one log.
struct DeviceLog {
    std::size_t asked = 0;    // SUBSCRIBEs of this device to this log
    bool exists = false;      // one was answered: from then on nothing may be missed
    std::uint64_t since = 0;  // when that was
    std::uint64_t base = 0;   // everything above is owed to the device
    std::uint64_t floor = 0;  // the broker was proved to know that the device has all up to here
    // Up to here the broker need not know what it had sent: it died, or was still sending.
    std::uint64_t unsure = 0;
    std::set<std::uint64_t> open;                // subscriptions
    std::map<std::uint64_t, std::uint64_t> got;  // offset, when
    std::set<std::uint64_t> has;  // what it need not get again: received, or acknowledged where that is asked
    std::map<std::uint64_t, std::set<std::uint64_t>> wrote;  // offset, to which subscriptions
};

class Judge {
public:
    // `most_unacked`: how many messages of a subscription may wait for an ACK.
    Judge(std::size_t wide_above, std::size_t most_unacked) : kept(wide_above), most_unacked_(most_unacked) {}

    // The store committed.
    void on_decided(const std::vector<Decided>& decided);
    // Every shard has heard of what was committed until then.
    void all_heard(std::uint64_t until);

    // A client gave a SUBSCRIBE; the judge fills in when.
    void on_asked(Subscription& subscription);
    // The RECEIPT, or the first MESSAGE without one.
    void on_answered(Subscription& subscription, const Seen& seen);
    void on_refused(Subscription& subscription, const std::string& code);
    void on_message(Subscription& subscription, const Seen& seen);
    // The client said ACK (or NACK) for the message at `index` of those that came.
    void on_acknowledged(Subscription& subscription, std::size_t index, bool negatively);
    // The server wrote a MESSAGE for it, whether or not it arrives.
    void on_written(const Subscription& subscription, std::uint64_t offset);
    // The subscription ended, or its client went.
    void on_gone(const Subscription& subscription) { gone_.push_back(subscription); }
    // Of every subscription: nothing is under way.
    void all_settled();
    // Nothing is under way: what is due has come.
    void on_settled(Subscription& subscription);

    // From now on marks may say more than was sent: what the store refused is written late.
    void on_commit_failed() { unsure_ = true; }
    // The process died. Another one goes on, on the same file or on an old copy of it.
    void on_killed();
    void on_restored(const Judge& backup, std::string new_epoch);
    void on_cursor_reset(const std::string& user, const std::string& device, const std::string& log,
                         std::optional<std::uint64_t> to);

    // True if the user may have been a member (or none) at some time since `since`.
    [[nodiscard]] bool may_have_been(bool member, const std::string& conversation, const std::string& user,
                                     std::uint64_t since) const;
    [[nodiscard]] std::uint64_t now() const { return now_; }
    void tick() { ++now_; }

    Kept kept;
    std::string epoch;
    std::map<std::uint64_t, std::string> devices_of_sessions;

private:
    struct Change {
        bool member;
        std::uint64_t committed;
        std::uint64_t heard;  // by every shard
    };
    DeviceLog& device_log(const Subscription& subscription);
    void on_device_answered(Subscription& subscription, bool recovered, std::uint64_t last);
    void check_ends(const Subscription& subscription, const Seen& seen) const;
    void check_content(const Subscription& subscription, const Seen& seen, const KeptEntry& entry) const;
    void check_mark(const Subscription& subscription, const Seen& seen, const DeviceLog& log) const;
    void check_nothing_left_out(const Subscription& subscription, std::uint64_t before);
    void begin_settled(Subscription& subscription);
    // `after` is a place in this log: yes, no, or it depended on the moment.
    [[nodiscard]] bool surely_a_place(const Subscription& subscription) const;
    [[nodiscard]] bool surely_no_place(const Subscription& subscription) const;
    // It may be left out: user queues skip the session that sent, a device what it sent itself.
    [[nodiscard]] bool is_own(const Subscription& subscription, const KeptEntry& entry) const;
    [[nodiscard]] static std::string name_of(const Subscription& subscription);

    std::size_t most_unacked_;
    bool unsure_ = false;
    std::uint64_t now_ = 1;
    std::uint64_t serials_ = 0;
    std::vector<Subscription> gone_;                                                  // not yet settled
    std::map<std::pair<std::string, std::string>, std::vector<Change>> changes_;      // conversation, user
    std::map<std::tuple<std::string, std::string, std::string>, DeviceLog> devices_;  // user, device, log
};

}  // namespace causeway::model
