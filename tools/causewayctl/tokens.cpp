#include <CLI/CLI.hpp>
#include <charconv>
#include <istream>
#include <iterator>
#include <memory>
#include <ostream>

#include "broker/admin/json.hpp"
#include "broker/base/clock.hpp"
#include "broker/base/random.hpp"
#include "broker/identity/jwt.hpp"
#include "tools/causewayctl/commands.hpp"
#include "tools/causewayctl/signing.hpp"
#include "tools/causewayctl/table.hpp"

namespace causeway::ctl {

namespace {

constexpr std::uint64_t kMaxTokens = 1'000'000;

struct CreateOptions {
    KeyOptions key;
    identity::Identity who;  // `user` may hold {i}
    std::string expires = "1h";
    std::uint64_t count = 1;
    std::uint64_t first = 0;
};

struct VerifyOptions {
    KeyOptions key;
    std::string token = "-";
};

// "90s", "15m", "12h", "30d".
Milliseconds parse_duration(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
    const std::int64_t seconds = unit == "s"   ? 1
                                 : unit == "m" ? 60
                                 : unit == "h" ? 3600
                                 : unit == "d" ? 86400
                                               : 0;
    if (failed != std::errc() || number < 1 || seconds == 0 || number > 36500 * 86400LL / seconds)
        throw Failure(ExitCode::kUsage, "--expires wants a number and s, m, h or d, for example 12h");
    return Milliseconds(number * seconds * 1000);
}

std::string numbered(std::string pattern, std::uint64_t i) {
    const std::string number = std::to_string(i);
    for (std::size_t at = pattern.find("{i}"); at != std::string::npos;
         at = pattern.find("{i}", at + number.size()))
        pattern.replace(at, 3, number);
    return pattern;
}

// One token on a line.
ExitCode create(const Context& context, const CreateOptions& options) {
    if (options.count > kMaxTokens) throw Failure(ExitCode::kUsage, "--count is at most 1000000");
    const auto key = load_key(options.key, context);
    const WallTime now = SystemClock().wall();
    SystemRandom random;
    for (std::uint64_t i = 0; i < options.count; ++i) {
        identity::Identity who = options.who;
        who.user = numbered(options.who.user, options.first + i);
        who.name = numbered(options.who.name, options.first + i);
        if (!identity::is_name(who.user))
            throw Failure(ExitCode::kUsage,
                          "--user must be 1 to 128 bytes of UTF-8 without control characters");
        who.expires_at = WallTime{to_ms(now) + parse_duration(options.expires).count()};
        who.token_id = random_hex(random, 16);
        const std::string token = identity::make_token(*key, claims_for(who, options.key, now));
        if (context.globals.format == Format::kJson)
            context.io.out << admin::dump({{"token", token},
                                           {"user", who.user},
                                           {"id", who.token_id},
                                           {"expiresAt", admin::rfc3339(to_ms(*who.expires_at))}});
        else
            context.io.out << token << "\n";
    }
    return ExitCode::kOk;
}

admin::Json describe(const identity::Identity& who) {
    admin::Json json{{"user", who.user},
                     {"name", who.name},
                     {"roles", who.roles},
                     {"departments", who.departments},
                     {"permissions", who.permissions},
                     {"id", who.token_id}};
    if (who.issued_at) json["issuedAt"] = admin::rfc3339(to_ms(*who.issued_at));
    if (who.expires_at) json["expiresAt"] = admin::rfc3339(to_ms(*who.expires_at));
    return json;
}

ExitCode verify(const Context& context, const VerifyOptions& options) {
    std::string token = options.token;
    if (token == "-") token.assign(std::istreambuf_iterator<char>(context.io.in), {});
    identity::JwtSettings settings;
    settings.keys = {load_key(options.key, context)};
    settings.issuer = options.key.issuer;
    if (!options.key.audience.empty()) settings.audiences = {options.key.audience};
    const auto result =
        identity::TokenVerifier(std::move(settings)).examine(without_line_end(token), SystemClock().wall());
    if (const auto* fault = std::get_if<identity::TokenFault>(&result))
        throw Failure(ExitCode::kRefused,
                      "the broker would refuse this token: " + std::string(identity::explain(*fault)));
    const admin::Json who = describe(std::get<identity::Identity>(result));
    if (context.globals.format == Format::kJson) {
        context.io.out << admin::dump(who);
        return ExitCode::kOk;
    }
    if (context.globals.quiet) return ExitCode::kOk;
    Table table({{"CLAIM"}, {"VALUE"}});
    for (const auto& [name, value] : who.items())
        table.add({name, value.is_string() ? value.get<std::string>() : value.dump()});
    table.print(context);
    return ExitCode::kOk;
}

}  // namespace

void add_tokens(CLI::App& root, Context& context) {
    CLI::App* noun =
        root.add_subcommand("tokens", "Tokens of users, made and looked at here, without asking the broker.");
    noun->alias("token")->require_subcommand(1);

    const auto making = std::make_shared<CreateOptions>();
    CLI::App* verb = noun->add_subcommand("create", "Writes tokens, one on a line.");
    verb->add_option("--user", making->who.user, "sub; {i} is the token's number")->required();
    verb->add_option("--name", making->who.name, "What people call the user");
    verb->add_option("--role", making->who.roles, "May be repeated")->allow_extra_args(false);
    verb->add_option("--department", making->who.departments, "May be repeated")->allow_extra_args(false);
    verb->add_option("--permission", making->who.permissions, "May be repeated")->allow_extra_args(false);
    verb->add_option("--expires", making->expires, "From now: a number and s, m, h or d")
        ->capture_default_str();
    verb->add_option("--count", making->count, "How many")->capture_default_str();
    verb->add_option("--first", making->first, "The first {i}")->capture_default_str();
    add_key_options(*verb, making->key);
    verb->callback(
        [&context, making] { context.action = [&context, making] { return create(context, *making); }; });

    const auto checking = std::make_shared<VerifyOptions>();
    verb = noun->add_subcommand("verify",
                                "Says what a token claims, or why the broker would refuse it (exit code 1).");
    verb->add_option("JWT", checking->token, "The token; - or nothing: from stdin")->capture_default_str();
    add_key_options(*verb, checking->key);
    verb->callback([&context, checking] {
        context.action = [&context, checking] { return verify(context, *checking); };
    });
}

}  // namespace causeway::ctl
