// What a case gets: clients of the broker under test, destinations nobody else uses, and the expectations
// that many cases share. Whatever is not as expected is thrown (verdict.hpp).
#pragma once

#include <string>
#include <vector>

#include "tools/conformance/client.hpp"
#include "tools/conformance/options.hpp"

namespace causeway::conformance {

class Stage {
public:
    // Both outlive this object. `run` tells this run's destinations from those of others.
    Stage(const Options& options, const bench::Target& target, std::string run);

    // A connection on which nothing was said.
    [[nodiscard]] Client opens(Opening opening = {});
    // … and CONNECTED. "1.0" sends no accept-version.
    [[nodiscard]] Client connects(const std::string& version = "1.2", const FrameHeaders& more = {},
                                  Opening opening = {});
    // CONNECT with the credentials and these lines besides.
    [[nodiscard]] std::string connect_frame(const std::vector<std::string>& lines = {"accept-version:1.2"},
                                            std::string_view command = "CONNECT") const;
    // Lines of CONNECT without accept-version; `token2`: of the other user.
    [[nodiscard]] std::vector<std::string> credentials(bool token2 = false) const;

    // A new name each time.
    [[nodiscard]] std::string topic();
    [[nodiscard]] std::string queue();

    // ERROR or a close; if strict, ERROR and then a close.
    Seen refused(Client& client) const;
    // Says the octets on a new connection of that version, and expects to be refused.
    Seen refuses(std::string_view octets, const std::string& version = "1.2");
    // What a subscriber (of version `to`) gets of a SEND with these raw lines besides its destination.
    [[nodiscard]] Seen passes(const std::vector<std::string>& lines, std::string_view body = "body",
                              const std::string& from = "1.2", const std::string& to = "1.2");

    [[nodiscard]] const Options& options() const { return options_; }
    [[nodiscard]] const bench::Target& target() const { return target_; }
    [[nodiscard]] Time deadline() const { return deadline_; }

private:
    const Options& options_;
    const bench::Target& target_;
    const std::string run_;
    int names_ = 0;
    int clients_ = 0;
    const Time deadline_;
};

// Throws Wrong unless they are the same.
void same(const std::string& what, const std::string& expected, const std::string& got);
// Throws Wrong unless `holds`.
void holds(bool holds, const std::string& expected, const std::string& got);

// Octets and control characters so that people can read them.
[[nodiscard]] std::string shown(std::string_view octets);

}  // namespace causeway::conformance
