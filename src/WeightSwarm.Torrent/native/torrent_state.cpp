// Reading and steering one torrent's pieces.
#include "internal.hpp"

#include <algorithm>

#include <libtorrent/peer_info.hpp>
#include <libtorrent/torrent_flags.hpp>
#include <libtorrent/torrent_status.hpp>

namespace {

int32_t state_of(lt::torrent_status const& status)
{
    switch (status.state) {
    case lt::torrent_status::downloading:
        return WS_STATE_DOWNLOADING;
    case lt::torrent_status::finished:
        return WS_STATE_FINISHED;
    case lt::torrent_status::seeding:
        return WS_STATE_SEEDING;
    default:
        return WS_STATE_CHECKING;
    }
}

ws_peer to_peer(lt::peer_info const& info)
{
    ws_peer peer{};
    peer.endpoint = ws::to_endpoint(info.ip);
    peer.downloaded = info.total_download;
    peer.uploaded = info.total_upload;
    peer.pieces = info.num_pieces;
    peer.seed = (info.flags & lt::peer_info::seed) ? 1 : 0;
    ws::copy_text(peer.client, info.client);
    return peer;
}

} // namespace

extern "C" {

int32_t ws_torrent_status(ws_session* session, uint64_t tag, ws_status* out, ws_error* error) noexcept
{
    return ws::guarded(error, [&] {
        auto const status = ws::find(session, tag).status({});
        *out = {};
        out->state = state_of(status);
        out->error_code = status.errc.value();
        out->peers = status.num_peers;
        out->stopped = (status.flags & lt::torrent_flags::paused) ? WS_STOPPED : 0;
        out->stopped |= (status.flags & lt::torrent_flags::upload_mode) ? WS_UPLOAD_ONLY : 0;
        out->download_rate = status.download_payload_rate;
        out->upload_rate = status.upload_payload_rate;
        out->total_wanted = status.total_wanted;
        out->total_wanted_done = status.total_wanted_done;
        out->total_downloaded = status.total_payload_download;
        out->total_uploaded = status.total_payload_upload;
        if (status.errc)
            ws::copy_text(out->error, status.errc.message());
        return 0;
    });
}

int32_t ws_torrent_have(ws_session* session, uint64_t tag, uint8_t* out, int64_t room, ws_error* error) noexcept
{
    return ws::guarded(error, [&] {
        auto const pieces = ws::find(session, tag).status(lt::torrent_handle::query_pieces).pieces;
        std::memset(out, 0, static_cast<std::size_t>(room));
        auto const end = lt::piece_index_t(static_cast<int>(std::min<int64_t>(room, pieces.size())));
        for (lt::piece_index_t i(0); i < end; ++i)
            out[static_cast<int>(i)] = pieces.get_bit(i) ? 1 : 0;
        return 0;
    });
}

int32_t ws_torrent_priorities(ws_session* session, uint64_t tag, uint8_t* out, int64_t room,
    ws_error* error) noexcept
{
    return ws::guarded(error, [&] {
        auto const priorities = ws::find(session, tag).get_piece_priorities();
        std::memset(out, 0, static_cast<std::size_t>(room));
        auto const count = std::min<std::size_t>(priorities.size(), static_cast<std::size_t>(room));
        for (std::size_t i = 0; i < count; ++i)
            out[i] = static_cast<std::uint8_t>(priorities[i]);
        return 0;
    });
}

int32_t ws_torrent_set_priorities(ws_session* session, uint64_t tag, ws_span priorities, ws_error* error) noexcept
{
    return ws::guarded(error, [&] {
        std::vector<lt::download_priority_t> values;
        values.reserve(static_cast<std::size_t>(priorities.length));
        for (int64_t i = 0; i < priorities.length; ++i)
            values.emplace_back(priorities.data[i]);
        ws::find(session, tag).prioritize_pieces(values);
        return 0;
    });
}

int32_t ws_torrent_deadline(ws_session* session, uint64_t tag, int32_t piece, int32_t ms, ws_error* error) noexcept
{
    return ws::guarded(error, [&] {
        ws::find(session, tag).set_piece_deadline(lt::piece_index_t(piece), ms);
        return 0;
    });
}

int32_t ws_torrent_peers(ws_session* session, uint64_t tag, ws_buffer* out, ws_error* error) noexcept
{
    return ws::guarded(error, [&] {
        std::vector<lt::peer_info> infos;
        ws::find(session, tag).get_peer_info(infos);
        std::vector<ws_peer> peers;
        for (auto const& info : infos)
            peers.push_back(to_peer(info));
        *out = ws::to_buffer(peers.data(), peers.size() * sizeof(ws_peer));
        return static_cast<int32_t>(peers.size());
    });
}

} // extern "C"
