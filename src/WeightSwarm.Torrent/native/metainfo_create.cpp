// A hybrid metainfo as libtorrent itself builds it, from hashes that the caller has computed.
#include "internal.hpp"

#include <libtorrent/bencode.hpp>
#include <libtorrent/create_torrent.hpp>
#include <libtorrent/file_storage.hpp>

namespace {

void set_v1_hashes(lt::create_torrent& torrent, ws_span hashes)
{
    if (hashes.length != std::int64_t(torrent.num_pieces()) * 20)
        throw ws::failure("there are " + std::to_string(hashes.length) + " bytes of v1 hashes; the files need "
            + std::to_string(std::int64_t(torrent.num_pieces()) * 20));
    auto const* next = reinterpret_cast<char const*>(hashes.data);
    for (auto const piece : torrent.piece_range()) {
        torrent.set_hash(piece, lt::sha1_hash(next));
        next += 20;
    }
}

// libtorrent puts files in its own order and adds pad files: hashes are found again by path.
void set_v2_hashes(lt::create_torrent& torrent, std::map<std::string, ws_span> const& by_path)
{
    auto const& files = torrent.files();
    for (auto const file : files.file_range()) {
        if (files.pad_file_at(file) || files.file_size(file) == 0)
            continue;
        auto const& hashes = by_path.at(files.file_path(file));
        auto const pieces = torrent.file_piece_range(file);
        std::int64_t const needed = std::int64_t(files.file_num_pieces(file)) * 32;
        if (hashes.length != needed)
            throw ws::failure(files.file_path(file) + " has " + std::to_string(hashes.length)
                + " bytes of piece hashes; it needs " + std::to_string(needed));
        auto const* next = reinterpret_cast<char const*>(hashes.data);
        for (auto const piece : pieces) {
            torrent.set_hash2(file, piece, lt::sha256_hash(next));
            next += 32;
        }
    }
}

} // namespace

extern "C" {

int32_t ws_metainfo_create(ws_span name, int64_t piece_length, ws_new_file const* files, int64_t file_count,
    ws_span v1_hashes, ws_buffer* out, ws_error* error) noexcept
{
    return ws::guarded(error, [&] {
        std::string const folder(ws::text_of(name));
        lt::file_storage storage;
        std::map<std::string, ws_span> by_path;
        for (int64_t i = 0; i < file_count; ++i) {
            auto const path = folder + "/" + std::string(ws::text_of(files[i].path));
            storage.add_file(path, files[i].length);
            by_path[path] = files[i].piece_hashes;
        }
        lt::create_torrent torrent(storage, static_cast<int>(piece_length));
        torrent.set_creation_date(0);
        set_v1_hashes(torrent, v1_hashes);
        set_v2_hashes(torrent, by_path);
        std::vector<char> bytes;
        lt::bencode(std::back_inserter(bytes), torrent.generate());
        *out = ws::to_buffer(bytes.data(), bytes.size());
        return 0;
    });
}

} // extern "C"
