// Settings come as lines of name=value and are looked up in libtorrent's own table, so a new setting needs no code.
#include "internal.hpp"

#include <charconv>

namespace {

int parse_int(std::string_view name, std::string_view value)
{
    int number = 0;
    auto const [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error != std::errc() || end != value.data() + value.size())
        throw ws::failure("setting " + std::string(name) + "=" + std::string(value) + ": give a 32-bit number");
    return number;
}

void parse_line(std::string_view line, lt::settings_pack& settings)
{
    auto const equals = line.find('=');
    if (equals == std::string_view::npos)
        throw ws::failure("setting '" + std::string(line) + "': write name=value");
    auto const name = line.substr(0, equals);
    auto const value = line.substr(equals + 1);
    int const index = lt::setting_by_name({name.data(), name.size()});
    if (index < 0)
        throw ws::failure("setting " + std::string(name) + " is unknown to this libtorrent");

    switch (index & lt::settings_pack::type_mask) {
    case lt::settings_pack::string_type_base:
        settings.set_str(index, std::string(value));
        break;
    case lt::settings_pack::int_type_base:
        settings.set_int(index, parse_int(name, value));
        break;
    default:
        settings.set_bool(index, parse_int(name, value) != 0);
        break;
    }
}

} // namespace

namespace ws {

lt::settings_pack parse_settings(std::string_view lines)
{
    lt::settings_pack settings;
    while (!lines.empty()) {
        auto const end = lines.find('\n');
        auto const line = lines.substr(0, end);
        if (!line.empty())
            parse_line(line, settings);
        lines = end == std::string_view::npos ? std::string_view() : lines.substr(end + 1);
    }
    return settings;
}

} // namespace ws
