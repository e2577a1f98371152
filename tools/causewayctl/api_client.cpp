#include "tools/causewayctl/api_client.hpp"

#include <curl/curl.h>

#include <memory>
#include <ostream>

namespace causeway::ctl {

namespace {

constexpr std::size_t kMaxAnswer = 64 * 1024 * 1024;
constexpr long kConnectMilliseconds = 3000;

using Handle = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;
using HeaderList = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

std::size_t append(char* bytes, std::size_t size, std::size_t count, void* into) {
    auto& body = *static_cast<std::string*>(into);
    if (body.size() + size * count > kMaxAnswer) return 0;  // ends the transfer with an error
    body.append(bytes, size * count);
    return size * count;
}

bool starts_with(std::string_view text, std::string_view start) {
    return text.substr(0, start.size()) == start;
}

bool is_loopback_url(std::string_view url) {
    return starts_with(url, "http://127.") || starts_with(url, "http://localhost") ||
           starts_with(url, "http://[::1]");
}

ExitCode exit_code_for(long status) {
    if (status == 401 || status == 403) return ExitCode::kNoPermission;
    if (status == 429 || status == 503) return ExitCode::kTryLater;
    return ExitCode::kRefused;
}

// The detail of a problem document, or what there is.
std::string describe(const Reply& reply) {
    const auto problem = admin::parse_json(reply.body);
    std::string text = "the broker answered " + std::to_string(reply.status);
    if (!problem || !problem->is_object())
        return text + " without saying why; does --url point at the admin listener?";
    if (problem->contains("code") && problem->at("code").is_string())
        text += " " + problem->at("code").get<std::string>();
    if (problem->contains("detail") && problem->at("detail").is_string())
        text += ": " + problem->at("detail").get<std::string>();
    if (reply.status == 401) text += " (--token-file or CAUSEWAYCTL_TOKEN)";
    return text;
}

}  // namespace

ApiClient::ApiClient(const Context& context) : context_(context), token_(context.admin_token()) {
    const std::string& url = context.globals.url;
    if (starts_with(url, "unix:")) {
        unix_socket_ = url.substr(5);
        base_ = "http://localhost";
    } else if (starts_with(url, "http://") || starts_with(url, "https://")) {
        base_ = url;
        while (base_.back() == '/') base_.pop_back();
        if (starts_with(url, "http://") && !is_loopback_url(url) && !token_.empty() && !context.globals.quiet)
            context.io.err << "causewayctl: warning: the admin token travels in clear to " << base_
                           << "; use https\n";
    } else {
        throw Failure(ExitCode::kUsage,
                      "--url must start with http://, https:// or unix:/ (it is \"" + url + "\")");
    }
}

Reply ApiClient::request(std::string_view method, const std::string& path_and_query,
                         const std::string& body) {
    const Handle curl(curl_easy_init(), curl_easy_cleanup);
    if (!curl) throw Failure(ExitCode::kInternal, "libcurl cannot start");
    curl_slist* list = curl_slist_append(nullptr, "Accept: application/json");
    if (!token_.empty()) list = curl_slist_append(list, ("Authorization: Bearer " + token_).c_str());
    if (!body.empty()) list = curl_slist_append(list, "Content-Type: application/json");
    const HeaderList headers(list, curl_slist_free_all);

    Reply reply;
    const std::string verb(method);
    const std::string url = base_ + path_and_query;
    curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl.get(), CURLOPT_CUSTOMREQUEST, verb.c_str());
    curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, headers.get());
    if (!unix_socket_.empty()) curl_easy_setopt(curl.get(), CURLOPT_UNIX_SOCKET_PATH, unix_socket_.c_str());
    if (!body.empty()) {
        curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
        curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDS, body.data());
    }
    // A proxy of the environment is for the web, not for the admin listener.
    curl_easy_setopt(curl.get(), CURLOPT_PROXY, "");
    curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl.get(), CURLOPT_CONNECTTIMEOUT_MS, kConnectMilliseconds);
    curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT_MS,
                     static_cast<long>(context_.globals.timeout_seconds * 1000));
    curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, append);
    curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &reply.body);

    const CURLcode result = curl_easy_perform(curl.get());
    const std::string where = unix_socket_.empty() ? base_ : context_.globals.url;
    if (result == CURLE_OPERATION_TIMEDOUT)
        throw Failure(ExitCode::kTimeout, where + " did not answer in time; see --timeout");
    if (result == CURLE_URL_MALFORMAT) throw Failure(ExitCode::kUsage, "--url is not a URL: " + where);
    if (result != CURLE_OK)
        throw Failure(ExitCode::kUnavailable, "cannot reach the broker at " + where + ": " +
                                                  curl_easy_strerror(result) +
                                                  "; is it running, and is --url its admin listener?");
    curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &reply.status);
    return reply;
}

Json ApiClient::call(std::string_view method, const std::string& path_and_query, const std::string& body) {
    const Reply reply = request(method, path_and_query, body);
    if (reply.status < 200 || reply.status > 299) throw Failure(exit_code_for(reply.status), describe(reply));
    auto json = admin::parse_json(reply.body);
    if (!json)
        throw Failure(ExitCode::kInternal, "the answer to " + path_and_query +
                                               " is not JSON; does --url point at the admin listener?");
    return std::move(*json);
}

std::string url_escaped(std::string_view text) {
    std::string out;
    constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    constexpr char kDigits[] = "0123456789ABCDEF";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (kPlain.find(c) != std::string_view::npos)
            out += c;
        else
            ((out += '%') += kDigits[byte >> 4]) += kDigits[byte & 15];
    }
    return out;
}

}  // namespace causeway::ctl
