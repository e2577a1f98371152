#include "broker/net/sockjs_envelope.hpp"

#include <algorithm>
#include <cassert>

namespace causeway::net::sockjs {

namespace {

constexpr std::size_t kXhrPrelude = 2048;   // of `h`
constexpr std::size_t kHtmlPrelude = 1024;  // Safari and IE render nothing before

// A frame as a JavaScript string. Frames hold no controls and no line separators: only what ends a string, or
// means something to the HTML around it, has to be escaped.
void append_script_string(std::string& out, std::string_view frame) {
    out.push_back('"');
    for (const char c : frame) {
        if (c == '"' || c == '\\') out.push_back('\\');
        if (c == '<')
            out.append("\\u003c");
        else
            out.push_back(c);
    }
    out.push_back('"');
}

// A frame as sockjs-client reads an event: it undoes URI escapes, so one that the sender wrote needs another.
void append_event_data(std::string& out, std::string_view frame) {
    for (const char c : frame) {
        out.push_back(c);
        if (c == '%') out.append("25");
    }
}

std::string html_prelude(std::string_view callback) {
    std::string page =
        "<!doctype html>\n"
        "<html><head>\n"
        "  <meta http-equiv=\"X-UA-Compatible\" content=\"IE=edge\" />\n"
        "  <meta http-equiv=\"Content-Type\" content=\"text/html; charset=UTF-8\" />\n"
        "</head><body><h2>Don't panic!</h2>\n"
        "  <script>\n"
        "    document.domain = document.domain;\n"
        "    var c = parent.";
    page.append(callback);
    page.append(
        ";\n"
        "    c.start();\n"
        "    function p(d) {c.message(d);};\n"
        "    window.onload = function() {c.stop();};\n"
        "  </script>");
    if (page.size() < kHtmlPrelude) page.append(kHtmlPrelude - page.size(), ' ');
    return page.append("\r\n\r\n");
}

}  // namespace

std::string_view method_of(Transport transport) {
    const bool get = transport == Transport::kWebSocket || transport == Transport::kEventSource ||
                     transport == Transport::kHtmlFile || transport == Transport::kJsonp;
    return get ? "GET" : "POST";
}

std::string_view content_type_of(Transport transport) {
    switch (transport) {
        case Transport::kEventSource:
            return "text/event-stream; charset=UTF-8";
        case Transport::kHtmlFile:
            return "text/html; charset=UTF-8";
        default:
            return "application/javascript; charset=UTF-8";
    }
}

bool is_callback(std::string_view name) {
    constexpr std::size_t kMax = 128;
    const auto fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
               c == '_' || c == '.';
    };
    return !name.empty() && name.size() <= kMax && std::all_of(name.begin(), name.end(), fits);
}

std::string prelude(Transport transport, std::string_view callback) {
    switch (transport) {
        case Transport::kXhrStreaming:
            return std::string(kXhrPrelude, 'h') + "\n";
        case Transport::kEventSource:
            return "\r\n";
        case Transport::kHtmlFile:
            return html_prelude(callback);
        default:
            return {};
    }
}

std::string enveloped(Transport transport, std::string_view callback, std::string_view frame) {
    std::string out;
    out.reserve(frame.size() + 64);
    switch (transport) {
        case Transport::kEventSource:
            out.append("data: ");
            append_event_data(out, frame);
            out.append("\r\n\r\n");
            break;
        case Transport::kHtmlFile:
            out.append("<script>\np(");
            append_script_string(out, frame);
            out.append(");\n</script>\r\n");
            break;
        case Transport::kJsonp:
            out.append(callback).push_back('(');
            append_script_string(out, frame);
            out.append(");\r\n");
            break;
        default:
            out.append(frame).push_back('\n');
    }
    return out;
}

std::string iframe_page(std::string_view client_url) {
    std::string page =
        "<!DOCTYPE html>\n"
        "<html>\n"
        "<head>\n"
        "  <meta http-equiv=\"X-UA-Compatible\" content=\"IE=edge\" />\n"
        "  <meta http-equiv=\"Content-Type\" content=\"text/html; charset=UTF-8\" />\n"
        "  <script>\n"
        "    document.domain = document.domain;\n"
        "    _sockjs_onload = function(){SockJS.bootstrap_iframe();};\n"
        "  </script>\n"
        "  <script src=\"";
    page.append(client_url);
    page.append(
        "\"></script>\n"
        "</head>\n"
        "<body>\n"
        "  <h2>Don't panic!</h2>\n"
        "  <p>This is a SockJS hidden iframe. It's used for cross domain magic.</p>\n"
        "</body>\n"
        "</html>");
    return page;
}

}  // namespace causeway::net::sockjs
