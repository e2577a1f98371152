#include "broker/admin/health.hpp"

#include "broker/admin/json.hpp"

namespace causeway::admin {

namespace {

bool asked(const Check& check, Probe probe) { return probe == Probe::kReady || check.probe == Probe::kLive; }

std::string as_json(const std::vector<Check>& checks, Probe probe, bool good) {
    Json list = Json::array();
    for (const auto& check : checks)
        if (asked(check, probe))
            list.push_back({{"name", check.name},
                            {"ok", check.ok},
                            {"required", check.required},
                            {"detail", check.detail}});
    return dump({{"status", good ? "ok" : "failed"}, {"checks", std::move(list)}});
}

std::string as_lines(const std::vector<Check>& checks, Probe probe, bool good, std::string_view name) {
    std::string out;
    for (const auto& check : checks) {
        if (!asked(check, probe)) continue;
        out += (check.ok ? "[+]" : "[-]") + check.name + (check.ok ? " ok" : " failed");
        if (!check.ok && !check.required) out += " (not required)";
        if (!check.detail.empty()) out += ": " + check.detail;
        out += '\n';
    }
    return out + std::string(name) + (good ? " check passed\n" : " check failed\n");
}

}  // namespace

bool passes(const std::vector<Check>& checks, Probe probe) {
    for (const auto& check : checks)
        if (asked(check, probe) && check.required && !check.ok) return false;
    return true;
}

Response health_response(const Request& request, const std::vector<Check>& checks, Probe probe,
                         std::string_view name) {
    const bool good = passes(checks, probe);
    Response response;
    response.status = good ? 200 : 503;
    response.headers = {{"Cache-Control", "no-store"}};
    const std::string* accept = request.header("accept");
    if (accept && accept->find("application/json") != std::string::npos) {
        response.body = as_json(checks, probe, good);
        return response;
    }
    response.content_type = "text/plain; charset=utf-8";
    if (request.query.count("verbose"))
        response.body = as_lines(checks, probe, good, name);
    else
        response.body = good ? "ok\n" : "failed\n";
    return response;
}

}  // namespace causeway::admin
