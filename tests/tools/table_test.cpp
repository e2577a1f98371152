#include "tools/causewayctl/table.hpp"

#include <doctest/doctest.h>

#include <sstream>

using namespace causeway::ctl;

namespace {

struct Printed {
    std::istringstream in;
    std::ostringstream out, err;
    Context context{{in, out, err, false, 0, [](const char*) -> const char* { return nullptr; }}, {}, {}};

    std::string operator()(const Table& table) {
        out.str("");
        table.print(context);
        return out.str();
    }
};

Table people() {
    Table table({{"ID", Align::kRight}, {"NAME"}, {"CITY"}});
    table.add({"7", "Ann", "Oslo"});
    table.add({"1234", "张伟", "a rather long name of a city"});
    return table;
}

}  // namespace

TEST_CASE("into a pipe a table is tab-separated and whole") {
    Printed printed;
    CHECK(printed(people()) == "ID\tNAME\tCITY\n7\tAnn\tOslo\n1234\t张伟\ta rather long name of a city\n");
    printed.context.globals.no_headers = true;
    CHECK(printed(people()) == "7\tAnn\tOslo\n1234\t张伟\ta rather long name of a city\n");
}

TEST_CASE("on a terminal columns line up by what characters take, and the widest gives way") {
    Printed printed;
    printed.context.io.out_is_terminal = true;
    printed.context.globals.color = "never";
    CHECK(printed(people()) ==
          "  ID  NAME  CITY\n"
          "   7  Ann   Oslo\n"
          "1234  张伟  a rather long name of a city\n");
    printed.context.io.columns = 24;
    CHECK(printed(people()) ==
          "  ID  NAME  CITY\n"
          "   7  Ann   Oslo\n"
          "1234  张伟  a rather lo…\n");
}

TEST_CASE("colour is for terminals, and NO_COLOR is respected") {
    Printed printed;
    CHECK_FALSE(printed.context.wants_color());
    printed.context.io.out_is_terminal = true;
    CHECK(printed.context.wants_color());
    CHECK(printed(people()).rfind("\x1b[1m", 0) == 0);
    printed.context.io.environment = [](const char*) -> const char* { return "1"; };
    CHECK_FALSE(printed.context.wants_color());
    printed.context.globals.color = "always";
    CHECK(printed.context.wants_color());
}

TEST_CASE("widths, cuts and what may not be printed") {
    CHECK(display_width("abc") == 3);
    CHECK(display_width("张伟😀") == 6);
    CHECK(display_width("e\xcc\x81") == 1);
    CHECK(cut_to_width("abcdef", 6) == "abcdef");
    CHECK(cut_to_width("abcdef", 4) == "abc…");
    CHECK(cut_to_width("张伟张", 4) == "张…");
    CHECK(printable("a\tb\x7f\x1b") ==
          "a\xef\xbf\xbd"
          "b\xef\xbf\xbd\xef\xbf\xbd");
    CHECK(printable("\xff\xc3\xa9\xc3") == "\xef\xbf\xbd\xc3\xa9\xef\xbf\xbd");
    CHECK(printable("\xe2\x80\xae"
                    "evil") ==
          "\xef\xbf\xbd"
          "evil");
    CHECK(printable("\xc2\x9b") == "\xef\xbf\xbd");
}
