// Calls on one torrent that only ask; what comes of them arrives as alerts, if at all.
#include "internal.hpp"

#include <libtorrent/torrent_flags.hpp>

namespace {

template <typename Call>
int32_t on_torrent(ws_session* session, uint64_t tag, ws_error* error, Call&& call) noexcept
{
    return ws::guarded(error, [&] {
        call(ws::find(session, tag));
        return 0;
    });
}

} // namespace

extern "C" {

int32_t ws_torrent_connect(ws_session* session, uint64_t tag, ws_endpoint const* peer, ws_error* error) noexcept
{
    return on_torrent(session, tag, error, [&](auto const& torrent) {
        // Without pex_utp: that flag says again, at every call, that the peer speaks uTP, whatever came of trying it;
        // libtorrent supposes so of a new peer anyhow, and goes over to TCP when it was wrong.
        torrent.connect_peer(ws::from_endpoint(*peer), {}, lt::pex_encryption);
    });
}

int32_t ws_torrent_limits(ws_session* session, uint64_t tag, int32_t upload, int32_t download,
    ws_error* error) noexcept
{
    return on_torrent(session, tag, error, [&](auto const& torrent) {
        torrent.set_upload_limit(upload);
        torrent.set_download_limit(download);
    });
}

int32_t ws_torrent_add_web_seed(ws_session* session, uint64_t tag, ws_span url, ws_error* error) noexcept
{
    return on_torrent(session, tag, error, [&](auto const& torrent) {
        torrent.add_url_seed(std::string(ws::text_of(url)));
    });
}

int32_t ws_torrent_remove_web_seed(ws_session* session, uint64_t tag, ws_span url, ws_error* error) noexcept
{
    return on_torrent(session, tag, error, [&](auto const& torrent) {
        torrent.remove_url_seed(std::string(ws::text_of(url)));
    });
}

int32_t ws_torrent_stop(ws_session* session, uint64_t tag, ws_error* error) noexcept
{
    return on_torrent(session, tag, error, [](auto const& torrent) { torrent.pause(); });
}

int32_t ws_torrent_recheck(ws_session* session, uint64_t tag, int32_t read_only, ws_error* error) noexcept
{
    return on_torrent(session, tag, error, [&](auto const& torrent) {
        torrent.clear_error();
        if (read_only == 0)
            torrent.unset_flags(lt::torrent_flags::upload_mode);
        torrent.force_recheck();
        torrent.resume();
    });
}

int32_t ws_torrent_flush(ws_session* session, uint64_t tag, ws_error* error) noexcept
{
    return on_torrent(session, tag, error, [](auto const& torrent) { torrent.flush_cache(); });
}

int32_t ws_torrent_save_resume_data(ws_session* session, uint64_t tag, ws_error* error) noexcept
{
    return on_torrent(session, tag, error, [](auto const& torrent) { torrent.save_resume_data(); });
}

} // extern "C"
