#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>
#include <sstream>
#include <utility>
#include <vector>

#include "broker/admin/json.hpp"
#include "tools/bench/run.hpp"
#include "tools/causewayctl/commands.hpp"
#include "tools/causewayctl/table.hpp"

namespace causeway::ctl {

namespace {

struct BenchOptions {
    bench::Options run;
    std::vector<std::string> connect_headers, subscribe_headers, send_headers;
    std::string tokens_file;
    std::string transport = "websocket";
    bool no_receipts = false;
    // queue
    std::string ack = "client-individual";
    std::uint64_t prefetch = 0;
    bool persistent = false;
};

constexpr std::pair<const char*, bench::Wire> kWires[] = {
    {"websocket", bench::Wire::kWebSocket},        {"sockjs-websocket", bench::Wire::kSockJsWebSocket},
    {"xhr-streaming", bench::Wire::kXhrStreaming}, {"xhr", bench::Wire::kXhr},
    {"eventsource", bench::Wire::kEventSource},    {"tcp", bench::Wire::kTcp}};

std::vector<std::string> wire_names() {
    std::vector<std::string> names;
    for (const auto& [name, wire] : kWires) names.emplace_back(name);
    return names;
}

struct Kind {
    const char* name;
    const char* what;
    const char* destination;
    const char* send_destination;
    const char* body_template;
};

constexpr const char* kPrivate = R"({"receiverId":"user{r}","content":"{marker}{pad}","clientMsgId":"{n}"})";
constexpr const char* kChat =
    R"({"conversationId":"bench-{run}","content":"{marker}{pad}","clientMsgId":"{n}"})";
constexpr Kind kKinds[] = {
    {"fanout", "Publishers send to topics, every subscriber of a topic gets everything.", "/topic/bench.{t}",
     "", ""},
    {"queue", "Consumers compete for queues: publishers' messages go to one of them each, once.",
     "/queue/bench/{run}.{t}", "", ""},
    {"room", "One conversation with everybody in it: chat messages, which every member gets.",
     "/topic/conversation/bench-{run}", "/app/chat", kChat},
    {"pingpong", "Pairs: one asks, the other answers, round after round.", "/topic/bench.pair.{i}", "", ""},
    {"users", "Users with a destination each: a random one sends to a random other.", "/topic/bench.user.{i}",
     "", ""},
    {"idle", "Holds connections with a subscription and measures the memory.", "/topic/bench.idle", "", ""},
    {"churn", "Connect, log in, subscribe, one message to oneself, disconnect, again.",
     "/topic/bench.churn.{i}", "", ""},
    {"stored", "Private messages with a RECEIPT: stored, delivered, receipted.",
     "/user/queue/private-messages", "/app/private-message", kPrivate},
    {"replay", "Stores private messages, then reads them all from the start.", "/user/queue/private-messages",
     "/app/private-message", kPrivate},
};

using Pairs = std::vector<std::pair<std::string, std::string>>;

Pairs parse_headers(const std::vector<std::string>& texts) {
    Pairs pairs;
    for (const auto& text : texts) {
        const std::size_t colon = text.find(':');
        if (colon == std::string::npos || colon == 0)
            throw Failure(ExitCode::kUsage, "a header is name:value (it is \"" + text + "\")");
        pairs.emplace_back(text.substr(0, colon), text.substr(colon + 1));
    }
    return pairs;
}

std::vector<std::string> read_lines(const std::string& path) {
    std::istringstream content(read_file(path, 256 * 1024 * 1024));
    std::vector<std::string> lines;
    for (std::string line; std::getline(content, line);)
        if (!line.empty()) lines.push_back(line);
    if (lines.empty())
        throw Failure(ExitCode::kNoInput,
                      path + " has no line; causewayctl tokens create --count N writes such a file");
    return lines;
}

bench::Options complete(const BenchOptions& given, const Kind& kind) {
    bench::Options options = given.run;
    options.receipts = !given.no_receipts;
    for (const auto& [wire_name, wire] : kWires)
        if (given.transport == wire_name) options.wire = wire;
    options.connect_headers = parse_headers(given.connect_headers);
    options.subscribe_headers = parse_headers(given.subscribe_headers);
    options.send_headers = parse_headers(given.send_headers);
    if (!given.tokens_file.empty()) options.tokens = read_lines(given.tokens_file);
    const std::string_view name = kind.name;
    if (name == "stored" || name == "replay" || name == "room")
        options.send_headers.emplace_back("content-type", "application/json");
    if (name == "queue") {
        options.subscribe_headers.emplace_back("ack", given.ack);
        if (given.prefetch > 0)
            options.subscribe_headers.emplace_back("prefetch-count", std::to_string(given.prefetch));
        if (given.persistent) options.send_headers.emplace_back("persistent", "true");
    }
    if (name == "replay") options.subscribe_headers.emplace_back("resume-after", "0");
    return options;
}

ExitCode exit_code(bench::Verdict verdict) {
    switch (verdict) {
        case bench::Verdict::kGood:
            return ExitCode::kOk;
        case bench::Verdict::kBadDeliveries:
            return ExitCode::kRefused;
        case bench::Verdict::kNoConnection:
            return ExitCode::kUnavailable;
        case bench::Verdict::kOutOfTime:
            return ExitCode::kTimeout;
    }
    return ExitCode::kInternal;
}

ExitCode run_bench(const Context& context, const BenchOptions& given, const Kind& kind) {
    try {
        const bench::Report report = bench::run(kind.name, complete(given, kind));
        if (context.globals.format == Format::kJson) {
            context.io.out << admin::dump(report.figures);
            return exit_code(report.verdict);
        }
        Table table({{"FIGURE"}, {"VALUE"}});
        for (const auto& [name, value] : report.figures.items()) {
            if (!value.is_object()) {
                table.add({name, value.is_string() ? value.get<std::string>() : value.dump()});
                continue;
            }
            for (const auto& [inner, number] : value.items()) table.add({name + "." + inner, number.dump()});
        }
        table.print(context);
        return exit_code(report.verdict);
    } catch (const bench::BadOptions& e) {
        throw Failure(ExitCode::kUsage, e.what());
    }
}

void add_target(CLI::App& verb, BenchOptions& o) {
    verb.add_option("--url", o.run.url,
                    "The broker: ws://host:port/path; wss:// for TLS; of SockJS, its prefix")
        ->capture_default_str();
    verb.add_option("--transport", o.transport,
                    "websocket, sockjs-websocket, xhr-streaming, xhr, eventsource or tcp")
        ->check(CLI::IsMember(wire_names()))
        ->capture_default_str();
    verb.add_flag("--insecure", o.run.insecure, "TLS with any certificate");
    verb.add_flag("--compress", o.run.compress, "permessage-deflate, which the broker must agree to");
    verb.add_flag("--allow-remote", o.run.allow_remote, "Not only loopback: the machine is yours to load");
    verb.add_option("--login", o.run.login, "Pattern");
    verb.add_option("--passcode", o.run.passcode, "Pattern");
    verb.add_option("--vhost", o.run.vhost, "Header host of CONNECT, instead of the URL's");
    verb.add_option("--subprotocol", o.run.subprotocol, "Empty: none")->capture_default_str();
    verb.add_option("--tokens", o.tokens_file, "File with a token on each line, for {token}");
    verb.add_option("--connect-header", o.connect_headers, "name:pattern; may be repeated")
        ->allow_extra_args(false);
    verb.add_option("--subscribe-header", o.subscribe_headers, "name:pattern; may be repeated")
        ->allow_extra_args(false);
    verb.add_option("--send-header", o.send_headers, "name:pattern; may be repeated")
        ->allow_extra_args(false);
    verb.add_flag("--no-receipts", o.no_receipts, "The broker answers none: wait --settle instead");
    verb.add_option("--settle", o.run.settle_seconds, "Seconds")->capture_default_str();
    verb.add_option("--pid", o.run.pids, "Processes whose CPU time and memory are measured")
        ->delimiter(',')
        ->allow_extra_args(false);
}

void add_load(CLI::App& verb, BenchOptions& o) {
    verb.add_option("--destination", o.run.destination, "Subscribed to; pattern with {i} {t}")
        ->capture_default_str();
    verb.add_option("--send-destination", o.run.send_destination,
                    "Sent to; pattern with {r} {t}; empty: the receiver's --destination")
        ->capture_default_str();
    verb.add_option("-n,--connections", o.run.connections,
                    "Subscribers, consumers, pairs, users, loops or senders")
        ->capture_default_str();
    verb.add_option("--topics", o.run.topics, "fanout, queue: how many topics, or queues")
        ->check(CLI::Range(1, 1'000'000).description(""))
        ->capture_default_str();
    verb.add_option("--publishers", o.run.publishers, "fanout, queue, room: how many")
        ->check(CLI::Range(1, 10'000).description(""))
        ->capture_default_str();
    verb.add_option("--messages", o.run.messages, "In all; 0: for --seconds")->capture_default_str();
    verb.add_option("--seconds", o.run.seconds, "How long")
        ->check(CLI::Range(0.01, 3600.0).description(""))
        ->capture_default_str();
    verb.add_option("--rate", o.run.rate, "Messages per second, due whatever the broker does; 0: closed loop")
        ->capture_default_str();
    verb.add_option("--window", o.run.window, "Closed loop: messages under way")
        ->check(CLI::Range(1, 1'000'000).description(""))
        ->capture_default_str();
    verb.add_option("--body", o.run.body_bytes, "Bytes")
        ->check(CLI::Range(0, 16'000'000).description(""))
        ->capture_default_str();
    verb.add_flag("--json-bodies", o.run.json_bodies, "Records instead of one letter again and again");
    verb.add_option("--body-template", o.run.body_template,
                    "With {marker} {pad} {i} {r} {n} {run}; only the marker is checked then")
        ->capture_default_str();
    verb.add_option("--first-id", o.run.first_id, "{i} of the first connection")->capture_default_str();
    verb.add_option("--seed", o.run.seed, "Of random choices")->capture_default_str();
    verb.add_option("--connect-rate", o.run.connect_rate, "Connections per second; 0: as fast as they come")
        ->capture_default_str();
    verb.add_option("--drain", o.run.drain_seconds,
                    "Seconds without progress after which what is missing is lost")
        ->capture_default_str();
    verb.add_option("--limit", o.run.timeout_seconds, "Seconds for the whole run")
        ->check(CLI::Range(0.1, 7200.0).description(""))
        ->capture_default_str();
}

void add_queue(CLI::App& verb, BenchOptions& o) {
    verb.add_option("--ack", o.ack, "How consumers acknowledge: auto, client or client-individual")
        ->check(CLI::IsMember({"auto", "client", "client-individual"}).description(""))
        ->capture_default_str();
    verb.add_option("--prefetch", o.prefetch, "How many a consumer may hold; 0: as many as the broker says")
        ->capture_default_str();
    verb.add_flag("--persistent", o.persistent, "Messages are stored");
}

}  // namespace

void add_bench(CLI::App& root, Context& context) {
    CLI::App* noun = root.add_subcommand(
        "bench", "Loads a STOMP broker and checks every delivery; exit code 1 when one was wrong.");
    noun->require_subcommand(1);
    for (const Kind& kind : kKinds) {
        const auto options = std::make_shared<BenchOptions>();
        options->run.destination = kind.destination;
        options->run.send_destination = kind.send_destination;
        options->run.body_template = kind.body_template;
        CLI::App* verb = noun->add_subcommand(kind.name, kind.what);
        add_target(*verb, *options);
        add_load(*verb, *options);
        if (verb->get_name() == "queue") add_queue(*verb, *options);
        verb->callback([&context, options, &kind] {
            context.action = [&context, options, &kind] { return run_bench(context, *options, kind); };
        });
    }
}

}  // namespace causeway::ctl
