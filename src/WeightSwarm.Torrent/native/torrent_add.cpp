// Adding and removing torrents.
#include "internal.hpp"

#include <libtorrent/add_torrent_params.hpp>
#include <libtorrent/file_storage.hpp>
#include <libtorrent/read_resume_data.hpp>
#include <libtorrent/torrent_flags.hpp>

namespace {

lt::add_torrent_params start_from(ws_span resume_data, lt::torrent_info const& info)
{
    if (resume_data.length == 0)
        return {};
    lt::load_torrent_limits limits;
    limits.max_decode_tokens = 20'000'000;
    auto params = lt::read_resume_data(ws::chars_of(resume_data), limits);
    if (params.info_hashes != info.info_hashes())
        throw ws::failure("the resume data belong to another torrent; add it without them");
    params.piece_priorities.clear();
    return params;
}

void set_priorities(lt::add_torrent_params& params, ws_span priorities)
{
    if (priorities.length == 0)
        return;
    if (priorities.length != params.ti->num_pieces())
        throw ws::failure("there are " + std::to_string(priorities.length) + " piece priorities; the torrent has "
            + std::to_string(params.ti->num_pieces()) + " pieces");
    params.piece_priorities.clear();
    for (std::int64_t i = 0; i < priorities.length; ++i)
        params.piece_priorities.push_back(lt::download_priority_t(priorities.data[i]));
}

void set_have(lt::add_torrent_params& params, ws_span have)
{
    if (have.length == 0)
        return;
    if (have.length != params.ti->num_pieces())
        throw ws::failure("the have-bitmap has " + std::to_string(have.length) + " pieces; the torrent has "
            + std::to_string(params.ti->num_pieces()));
    params.have_pieces.resize(static_cast<int>(have.length), false);
    params.have_pieces.clear_all();
    for (std::int64_t i = 0; i < have.length; ++i)
        if (have.data[i] != 0)
            params.have_pieces.set_bit(lt::piece_index_t(static_cast<int>(i)));
    params.unfinished_pieces.clear();
    params.verified_pieces.clear();
}

// libtorrent creates a missing empty file when it starts a torrent, unless the file is not wanted.
void leave_empty_files_alone(lt::add_torrent_params& params)
{
    auto const& files = params.ti->files();
    params.file_priorities.assign(static_cast<std::size_t>(files.num_files()), lt::default_priority);
    for (auto const file : files.file_range())
        if (files.file_size(file) == 0)
            params.file_priorities[static_cast<std::size_t>(static_cast<int>(file))] = lt::dont_download;
}

void set_flags(lt::add_torrent_params& params, bool read_only)
{
    // Neither paused nor queued by libtorrent: the planner decides what runs.
    params.flags = lt::torrent_flags::duplicate_is_error | lt::torrent_flags::override_trackers
        | lt::torrent_flags::override_web_seeds;
    params.file_priorities.clear();
    if (!read_only)
        return;
    params.flags |= lt::torrent_flags::upload_mode;
    leave_empty_files_alone(params);
}

lt::add_torrent_params make_params(ws_add const& add)
{
    auto const info = ws::load_metainfo(add.metainfo);
    auto params = start_from(add.resume_data, *info);
    params.ti = info;
    params.info_hashes = info->info_hashes();
    params.trackers.clear();
    params.url_seeds.clear();
    params.http_seeds.clear();
    params.renamed_files.clear();
    params.save_path = std::string(ws::text_of(add.save_folder));
    params.storage_mode = lt::storage_mode_sparse;
    params.userdata = lt::client_data_t(reinterpret_cast<ws_tag*>(add.tag));
    params.upload_limit = add.upload_limit > 0 ? add.upload_limit : -1;
    params.download_limit = add.download_limit > 0 ? add.download_limit : -1;
    params.max_connections = add.max_connections > 0 ? add.max_connections : -1;
    set_flags(params, (add.flags & WS_ADD_READ_ONLY) != 0);
    set_priorities(params, add.priorities);
    set_have(params, add.have);
    return params;
}

} // namespace

namespace ws {

lt::torrent_handle find(ws_session* session, std::uint64_t tag)
{
    std::lock_guard<std::mutex> lock(session->torrents_mutex);
    auto const found = session->torrents.find(tag);
    if (found == session->torrents.end())
        throw failure("torrent " + std::to_string(tag) + " is unknown");
    return found->second;
}

} // namespace ws

extern "C" {

int32_t ws_torrent_add(ws_session* session, ws_add const* add, ws_error* error) noexcept
{
    return ws::guarded(error, [&] {
        if (add->tag == 0)
            throw ws::failure("a torrent's tag must not be 0");
        auto params = make_params(*add);
        // Under the lock: the thread that pops may see the torrent's first alert before add_torrent returns.
        std::lock_guard<std::mutex> lock(session->torrents_mutex);
        session->torrents[add->tag] = session->session->add_torrent(std::move(params));
        return 0;
    });
}

int32_t ws_torrent_remove(ws_session* session, uint64_t tag, ws_error* error) noexcept
{
    return ws::guarded(error, [&] {
        auto const handle = ws::find(session, tag);
        session->session->remove_torrent(handle);
        {
            std::lock_guard<std::mutex> lock(session->torrents_mutex);
            session->torrents.erase(tag);
            session->removing.emplace_back(tag, handle);
        }
        return ws_wake(session, nullptr);
    });
}

} // extern "C"
