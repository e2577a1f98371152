#include "broker/net/websocket_extensions.hpp"

#include <string>
#include <vector>

#include "broker/net/http_head.hpp"

namespace causeway::net {

namespace {

struct Parameter {
    std::string_view name;
    std::optional<std::string> value;
};

struct Extension {
    std::string_view name;
    std::vector<Parameter> parameters;
};

// token or quoted-string; what the quotes hold must be a token as well (RFC 6455, 9.1), so that no comma or
// semicolon can be among it.
std::optional<std::string> read_value(std::string_view text) {
    std::string value;
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"') {
        text = text.substr(1, text.size() - 2);
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (text[i] == '\\' && ++i == text.size()) return std::nullopt;
            value.push_back(text[i]);
        }
    } else {
        value = text;
    }
    if (!is_http_token(value)) return std::nullopt;
    return value;
}

std::optional<Parameter> read_parameter(std::string_view text) {
    const std::size_t equals = text.find('=');
    Parameter parameter{trimmed(text.substr(0, equals)), std::nullopt};
    if (!is_http_token(parameter.name)) return std::nullopt;
    if (equals == std::string_view::npos) return parameter;
    parameter.value = read_value(trimmed(text.substr(equals + 1)));
    if (!parameter.value) return std::nullopt;
    return parameter;
}

std::optional<Extension> read_extension(std::string_view text) {
    std::size_t semicolon = text.find(';');
    Extension extension{trimmed(text.substr(0, semicolon)), {}};
    if (!is_http_token(extension.name)) return std::nullopt;
    while (semicolon != std::string_view::npos) {
        text.remove_prefix(semicolon + 1);
        semicolon = text.find(';');
        auto parameter = read_parameter(text.substr(0, semicolon));
        if (!parameter) return std::nullopt;
        extension.parameters.push_back(std::move(*parameter));
    }
    return extension;
}

// 7.1.2: 8 to 15, without leading zeros.
bool is_window_bits(const std::string& value) {
    return value == "8" || value == "9" ||
           (value.size() == 2 && value[0] == '1' && value[1] >= '0' && value[1] <= '5');
}

bool suits(const Parameter& parameter) {
    if (parameter.name == "server_no_context_takeover" || parameter.name == "client_no_context_takeover")
        return !parameter.value;
    if (parameter.name == "client_max_window_bits")
        return !parameter.value || is_window_bits(*parameter.value);
    return parameter.name == "server_max_window_bits" && parameter.value == "15";
}

bool suits(const Extension& offer) {
    if (offer.name != "permessage-deflate") return false;
    for (std::size_t i = 0; i < offer.parameters.size(); ++i) {
        if (!suits(offer.parameters[i])) return false;
        for (std::size_t j = 0; j < i; ++j)
            if (offer.parameters[j].name == offer.parameters[i].name) return false;
    }
    return true;
}

}  // namespace

std::optional<bool> offers_deflate(std::string_view header) {
    bool found = false;
    for (const std::string_view element : comma_separated(header)) {
        const auto extension = read_extension(element);
        if (!extension) return std::nullopt;
        found = found || suits(*extension);
    }
    return found;
}

}  // namespace causeway::net
