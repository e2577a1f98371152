#include "tools/conformance/runner.hpp"

#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace causeway::conformance {

namespace {

using Json = nlohmann::json;

bench::Target target_of(const Options& options) {
    bench::Options where;
    where.url = options.url;
    where.allow_remote = options.allow_remote;
    return bench::resolve(where);
}

// Destinations of one run are not those of another.
std::string name_of_run() {
    const auto now = std::chrono::system_clock::now().time_since_epoch().count();
    return std::to_string(::getpid()) + "x" + std::to_string(now % 1'000'000'000);
}

Result run_one(const Case& about, const Options& options, const bench::Target& target,
               const std::string& run) {
    Stage stage(options, target, run);
    try {
        about.run(stage);
        return {about, Verdict::kOk, {}, {}};
    } catch (const Wrong& wrong) {
        const bool choice = about.ground == Case::Ground::kChoice && !options.strict;
        return {about, choice ? Verdict::kDiffers : Verdict::kWrong, wrong.expected, wrong.got};
    } catch (const NotApplicable& not_applicable) {
        return {about, Verdict::kNotApplicable, {}, not_applicable.why};
    }
}

std::string cell(std::string text) {
    std::string out;
    for (const char c : text) {
        if (c == '|') out += '\\';
        out += c == '\n' ? ' ' : c;
    }
    return out;
}

std::string outcome(const std::string& verdict, const std::string& expected, const std::string& got) {
    if (verdict == "ok") return verdict;
    if (expected.empty()) return verdict + " (" + got + ")";
    return "**" + verdict + "**: " + got + ", in place of " + expected;
}

std::string outcome_in(const Json& other, std::string_view name) {
    for (const auto& one : other.at("cases"))
        if (one.at("name") == name) return outcome(one.at("verdict"), one.at("expected"), one.at("got"));
    return "–";
}

}  // namespace

std::vector<Result> run(const Options& options, const std::function<void(const Result&)>& on_result) {
    const bench::Target target = target_of(options);
    const std::string name = name_of_run();
    std::vector<Result> results;
    for (const Case& one : all_cases()) {
        if (!options.only.empty() && options.only != one.name && options.only != std::to_string(one.number))
            continue;
        results.push_back(run_one(one, options, target, name + "x" + std::to_string(results.size())));
        if (on_result) on_result(results.back());
    }
    if (results.empty()) throw bench::BadOptions("no case has the name or number " + options.only);
    return results;
}

std::string_view name_of(Verdict verdict) {
    switch (verdict) {
        case Verdict::kOk:
            return "ok";
        case Verdict::kWrong:
            return "wrong";
        case Verdict::kDiffers:
            return "differs by choice";
        case Verdict::kNotApplicable:
            return "not applicable";
    }
    return {};
}

std::size_t count(const std::vector<Result>& results, Verdict verdict) {
    return static_cast<std::size_t>(std::count_if(results.begin(), results.end(),
                                                  [&](const Result& one) { return one.verdict == verdict; }));
}

Json json_of(const std::vector<Result>& results) {
    Json cases = Json::array();
    for (const Result& one : results)
        cases.push_back({{"number", one.about.number},
                         {"name", one.about.name},
                         {"rule", one.about.rule},
                         {"source", one.about.source},
                         {"choice", one.about.ground == Case::Ground::kChoice},
                         {"verdict", name_of(one.verdict)},
                         {"expected", one.expected},
                         {"got", one.got}});
    return {{"ok", count(results, Verdict::kOk)},
            {"wrong", count(results, Verdict::kWrong)},
            {"differs", count(results, Verdict::kDiffers)},
            {"notApplicable", count(results, Verdict::kNotApplicable)},
            {"cases", cases}};
}

std::string page_of(const std::vector<Result>& results,
                    const std::vector<std::pair<std::string, Json>>& others) {
    std::string out =
        "# Corner cases of STOMP\n\nWhat `causewayctl conformance --url ws://…` finds: over a real "
        "WebSocket, against "
        "any STOMP broker. A *choice* is a case in\nwhich the specifications leave room, or practice "
        "differs; there a "
        "broker that does otherwise than Causeway *differs by\nchoice*, and is not wrong. A feature that a "
        "broker does "
        "not offer, and says so, is not applicable.\nThis page is generated: CAUSEWAY_WRITE_DOCS=1 "
        "system_test.\n\n| "
        "broker | ok "
        "| wrong | differs by choice | not applicable |\n|---|---|---|---|---|\n";
    const auto row = [&](const std::string& name, const Json& all) {
        out += "| " + name;
        for (const char* const what : {"ok", "wrong", "differs", "notApplicable"})
            out += " | " + all.at(what).dump();
        out += " |\n";
    };
    row("Causeway", json_of(results));
    for (const auto& [name, all] : others) row(name, all);
    out += "\n| # | case | rule | from | Causeway |";
    for (const auto& [name, all] : others) out += " " + name + " |";
    out += "\n|---|---|---|---|---|";
    for (std::size_t i = 0; i < others.size(); ++i) out += "---|";
    out += '\n';
    for (const Result& one : results) {
        const bool choice = one.about.ground == Case::Ground::kChoice;
        out += "| " + std::to_string(one.about.number) + " | " + std::string(one.about.name) + " | " +
               cell(std::string(one.about.rule)) + " | " + cell(std::string(one.about.source)) +
               (choice ? " (*choice*)" : "") + " | " +
               cell(outcome(std::string(name_of(one.verdict)), one.expected, one.got)) + " |";
        for (const auto& [name, all] : others) out += " " + cell(outcome_in(all, one.about.name)) + " |";
        out += '\n';
    }
    return out;
}

}  // namespace causeway::conformance
