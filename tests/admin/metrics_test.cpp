#include "broker/admin/metrics.hpp"

#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "tests/admin/fake_broker.hpp"

using namespace causeway;
using namespace causeway::admin;

namespace {

bool has_line(const std::string& text, const std::string& line) {
    return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

}  // namespace

TEST_CASE("counters of shards add up, field by field") {
    ShardCounters a, b;
    a.connections[Transport::kWebsocket] = 2;
    b.connections[Transport::kWebsocket] = 3;
    b.closed[CloseReason::kTransportError] = 4;
    a.http_requests[StatusClass::k5xx] = 5;
    b.http_requests[StatusClass::k5xx] = 6;
    a.errors[ErrorCode::kIdempotencyConflict] = 7;
    a += b;
    CHECK(a.connections[Transport::kWebsocket] == 5);
    CHECK(a.closed[CloseReason::kTransportError] == 4);
    CHECK(a.http_requests[StatusClass::k5xx] == 11);
    CHECK(a.errors[ErrorCode::kIdempotencyConflict] == 7);
    CHECK(a.sessions == 0);
}

TEST_CASE("the last enumerator of every label has the last text") {
    const auto text = [](auto label) {
        return LabelValues<decltype(label)>::texts.at(static_cast<std::size_t>(label));
    };
    CHECK(text(Transport::kJsonp) == "jsonp");
    CHECK(text(CloseReason::kTransportError) == "transport_error");
    CHECK(text(RejectReason::kBadHandshake) == "bad_handshake");
    CHECK(text(FrameIn::kHeartbeat) == "heartbeat");
    CHECK(text(FrameOut::kHeartbeat) == "heartbeat");
    CHECK(text(Source::kBroker) == "broker");
    CHECK(text(DropReason::kDuplicate) == "duplicate");
    CHECK(text(AuthResult::kRevoked) == "revoked");
    CHECK(text(AclAction::kDeliver) == "deliver");
    CHECK(text(RateScope::kAddress) == "address");
    CHECK(text(StatusClass::k5xx) == "5xx");
    CHECK(text(LogLevel::kError) == "error");
}

TEST_CASE("numbers reach the text with their labels, and the others are there as 0") {
    Snapshot now;
    now.shards.connections[Transport::kXhrPolling] = 18'446'744'073'709'551'615ULL;
    now.shards.errors[ErrorCode::kKicked] = 2;
    now.admin_requests[StatusClass::k4xx] = 3;
    now.started_at = WallTime{1'500};
    now.version = "0.1 \"x\\\n";
    const std::string text = to_prometheus(now);
    for (const char* line :
         {"causeway_connections{transport=\"xhr_polling\"} 18446744073709551615",
          "causeway_connections{transport=\"websocket\"} 0", "causeway_errors_total{code=\"kicked\"} 2",
          "causeway_errors_total{code=\"auth-failed\"} 0",
          "causeway_http_requests_total{listener=\"admin\",status=\"4xx\"} 3",
          "causeway_http_requests_total{listener=\"public\",status=\"4xx\"} 0",
          "causeway_start_time_seconds 1.5", "# TYPE causeway_errors_total counter", "causeway_ready 0",
          "causeway_build_info{version=\"0.1 \\\"x\\\\\\n\",revision=\"\",compiler=\"\"} 1"}) {
        CAPTURE(line);
        CHECK(has_line(text, line));
    }
}

TEST_CASE("/metrics has the process, and counts the API's own requests") {
    FakeBroker broker;
    Api api(broker, broker.store, broker.clock, {});
    CHECK(api.handle(request("GET", "/nowhere")).status == 404);
    const Response response = api.handle(request("GET", "/metrics"));
    CHECK(response.content_type == "text/plain; version=0.0.4; charset=utf-8");
    CHECK(has_line(response.body, "causeway_http_requests_total{listener=\"admin\",status=\"4xx\"} 1"));
    CHECK_FALSE(has_line(response.body, "process_resident_memory_bytes 0"));
    CHECK_FALSE(has_line(response.body, "process_open_fds 0"));
    CHECK_FALSE(has_line(response.body, "process_threads 0"));
    const ProcessStats stats = read_process_stats();
    CHECK(stats.start_time_seconds > 1.6e9);
    CHECK(stats.start_time_seconds <= static_cast<double>(to_ms(SystemClock().wall())) / 1000 + 1);
    CHECK(stats.virtual_bytes >= stats.resident_bytes);
}

TEST_CASE("promtool finds nothing to say about /metrics") {
    if (std::system("command -v promtool >/dev/null 2>&1") != 0) {
        MESSAGE("not checked: promtool (Debian package prometheus) is not installed");
        return;
    }
    FILE* promtool = popen("promtool check metrics", "w");
    REQUIRE(promtool != nullptr);
    const std::string text = to_prometheus({});
    CHECK(std::fwrite(text.data(), 1, text.size(), promtool) == text.size());
    CHECK(pclose(promtool) == 0);
}

TEST_CASE("docs/metrics.md is what the table says; else run: causewayctl docs metrics > docs/metrics.md") {
    std::ifstream file(CAUSEWAY_SOURCE_DIR "/docs/metrics.md");
    std::stringstream content;
    content << file.rdbuf();
    CHECK(content.str() == metrics_markdown());
}
