#include "broker/admin/problem.hpp"

#include "broker/admin/json.hpp"

namespace causeway::admin {

namespace {

std::string_view title(int status) {
    switch (status) {
        case 400:
            return "Bad Request";
        case 401:
            return "Unauthorized";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 409:
            return "Conflict";
        case 413:
            return "Content Too Large";
        case 422:
            return "Unprocessable Content";
        case 429:
            return "Too Many Requests";
        case 500:
            return "Internal Server Error";
        case 503:
            return "Service Unavailable";
        default:
            return "Refused";
    }
}

int http_status(ErrorCode code) {
    switch (code) {
        case ErrorCode::kMessageInvalid:
            return 400;
        case ErrorCode::kPermissionDenied:
            return 403;
        case ErrorCode::kIdempotencyConflict:
            return 409;
        case ErrorCode::kMessageTooLarge:
            return 413;
        case ErrorCode::kRateLimited:
            return 429;
        case ErrorCode::kSendFailed:
            return 503;
        default:
            return 422;
    }
}

Json document(int status, std::string_view code, std::string_view detail) {
    return {{"type", "about:blank"},
            {"title", title(status)},
            {"status", status},
            {"code", code},
            {"detail", detail}};
}

Response respond(int status, const Json& body) {
    return {status, "application/problem+json", dump(body), {}};
}

}  // namespace

Response problem(int status, std::string_view code, std::string_view detail) {
    return respond(status, document(status, code, detail));
}

Response problem(const Refusal& refusal) {
    const int status = http_status(refusal.code);
    Json body = document(status, row(refusal.code).name, refusal.text);
    if (!refusal.field.empty()) body["field"] = refusal.field;
    return respond(status, body);
}

}  // namespace causeway::admin
