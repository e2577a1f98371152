// How to reach NATS and how much to keep for it while it is away.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace causeway::bridge {

struct NatsTls {
    bool required = false;         // also without a tls:// URL
    std::string ca_file;           // PEM; the system's otherwise
    std::string certificate_file;  // PEM, with key_file: ours, if the server wants one
    std::string key_file;
    std::string expected_host;  // if the certificate's name is not the URL's
};

struct NatsOptions {
    std::vector<std::string> urls = {"nats://127.0.0.1:4222"};
    std::string name = "causeway";  // how the server lists us
    // Written into Causeway-Origin as cluster/node. No node may share another's.
    std::string cluster = "causeway";
    std::string node = "node";
    // Patterns; no two may overlap, or an event would come twice.
    std::vector<std::string> subscribe = {"business.>", "communication.>"};

    std::string user;
    std::string password;
    std::string token;
    std::string credentials_file;  // a .creds file: JWT and seed
    NatsTls tls;

    std::size_t queue_messages = 64 * 1024;
    std::size_t queue_bytes = 8 * 1024 * 1024;
    std::size_t pending_events = 64 * 1024;  // waiting for on_event, per subscription
    std::size_t pending_event_bytes = 8 * 1024 * 1024;
    std::size_t max_payload_bytes = 1024 * 1024;  // both ways

    // Whether to look for streams of JetStream: they confirm what we publish, and keep events for us.
    bool jetstream = true;
    std::size_t kept_messages = 256;  // published and not yet confirmed
    std::size_t kept_bytes = 8 * 1024 * 1024;
    std::size_t unacked_events = 256;                 // of a stream, delivered to us and not yet done
    std::chrono::milliseconds kept_timeout{5000};     // for a stream's confirmation
    std::chrono::milliseconds request_timeout{1000};  // for JetStream's answers to our questions
    std::chrono::milliseconds look_interval{30'000};  // between looks for streams
    std::chrono::milliseconds ack_wait{30'000};       // then an event comes again
    std::chrono::milliseconds failed_wait{5000};      // then one comes again whose effects failed

    std::chrono::milliseconds connect_timeout{2000};  // for each URL
    std::chrono::milliseconds write_deadline{1000};
    std::chrono::milliseconds ping_interval{1000};  // gone after two that nobody answered
    std::chrono::milliseconds flush_timeout{2000};
    // Between attempts: doubled up to the maximum, and up to half of it more at random.
    std::chrono::milliseconds reconnect_wait{250};
    std::chrono::milliseconds max_reconnect_wait{1500};
};

}  // namespace causeway::bridge
