// What the files of this library share. Nothing here crosses the ABI.
#pragma once

#include "weightswarm_torrent.h"

#include <condition_variable>
#include <cstring>
#include <deque>
#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <libtorrent/alert.hpp>
#include <libtorrent/error_code.hpp>
#include <libtorrent/session.hpp>
#include <libtorrent/settings_pack.hpp>
#include <libtorrent/socket.hpp>
#include <libtorrent/torrent_handle.hpp>
#include <libtorrent/torrent_info.hpp>

// Never defined: a torrent's userdata is its tag, dressed as a pointer to this.
struct ws_tag;

struct ws_session {
    std::unique_ptr<lt::session> session;

    // Guards torrents and removing.
    std::mutex torrents_mutex;
    std::map<std::uint64_t, lt::torrent_handle> torrents;
    // Removed, but libtorrent still holds them: their files may be open.
    std::vector<std::pair<std::uint64_t, lt::torrent_handle>> removing;

    // Guards signalled; notified when libtorrent has alerts, and by ws_wake.
    std::mutex alerts_mutex;
    std::condition_variable alerts_ready;
    bool signalled = false;

    // What the last pop handed out. Only the thread that pops touches these.
    std::vector<lt::alert*> popped;
    std::vector<ws_alert> alerts;
    std::deque<std::vector<char>> storage;
};

namespace ws {

// An error of this library itself; its message is the whole story.
struct failure : std::runtime_error {
    using std::runtime_error::runtime_error;
};

void fill_error(ws_error* out, std::exception_ptr cause) noexcept;

// Runs body; turns an exception into an error. The body answers a value of zero or more.
template <typename Body>
std::int32_t guarded(ws_error* error, Body&& body) noexcept
{
    try {
        return body();
    } catch (...) {
        fill_error(error, std::current_exception());
        return -1;
    }
}

template <std::size_t Size>
void copy_text(char (&out)[Size], std::string_view text) noexcept
{
    std::size_t const length = text.size() < Size - 1 ? text.size() : Size - 1;
    std::memcpy(out, text.data(), length);
    std::memset(out + length, 0, Size - length);
}

inline std::string_view text_of(ws_span span) noexcept
{
    return {reinterpret_cast<char const*>(span.data), static_cast<std::size_t>(span.length)};
}

inline lt::span<char const> chars_of(ws_span span) noexcept
{
    return {reinterpret_cast<char const*>(span.data), static_cast<std::ptrdiff_t>(span.length)};
}

ws_buffer to_buffer(void const* data, std::size_t length);
ws_endpoint to_endpoint(lt::tcp::endpoint const& endpoint) noexcept;
lt::tcp::endpoint from_endpoint(ws_endpoint const& endpoint);

lt::settings_pack parse_settings(std::string_view lines);

// The torrent, or a failure that names the tag.
lt::torrent_handle find(ws_session* session, std::uint64_t tag);

// Reads a metainfo as this library wants it: info and piece layers only, and nothing in it that harms 2.0.8.
std::shared_ptr<lt::torrent_info> load_metainfo(ws_span metainfo);

} // namespace ws
