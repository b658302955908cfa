// Metainfo coming in. The engine sees the info dictionary and the piece layers, and nothing else of a .torrent: no
// trackers, no web seeds, no DHT nodes.
#include "internal.hpp"

#include <libtorrent/bdecode.hpp>
#include <libtorrent/file_storage.hpp>

namespace {

constexpr int max_depth = 100;
constexpr int max_tokens = 20'000'000;

lt::bdecode_node decode(ws_span metainfo)
{
    lt::error_code error;
    auto node = lt::bdecode(ws::chars_of(metainfo), error, nullptr, max_depth, max_tokens);
    if (error)
        throw ws::failure("the metainfo is not bencoded: " + error.message());
    if (node.type() != lt::bdecode_node::dict_t)
        throw ws::failure("the metainfo is not a dictionary");
    return node;
}

// libtorrent before 2.0.12 reads out of bounds on version 2 with v1 files and no 'pieces' (its pull request 8759);
// 'similar' and 'collections' (BEP 38) would make it hard-link files of other torrents.
void refuse_what_harms(lt::bdecode_node const& info)
{
    bool const v1_files = info.dict_find("files") || info.dict_find("length");
    if (v1_files && info.dict_find_string("pieces").type() != lt::bdecode_node::string_t)
        throw ws::failure("the metainfo lists v1 files but has no v1 piece hashes ('pieces')");
    if (info.dict_find("similar") || info.dict_find("collections"))
        throw ws::failure("the metainfo refers to other torrents ('similar' or 'collections')");
}

std::vector<char> keep_what_counts(ws_span metainfo)
{
    auto const node = decode(metainfo);
    auto const info = node.dict_find_dict("info");
    if (!info)
        throw ws::failure("the metainfo has no info dictionary");
    refuse_what_harms(info);

    std::vector<char> out;
    auto const append = [&out](lt::span<char const> part) { out.insert(out.end(), part.begin(), part.end()); };
    std::string_view const head = "d4:info";
    append({head.data(), static_cast<std::ptrdiff_t>(head.size())});
    append(info.data_section());
    if (auto const layers = node.dict_find_dict("piece layers")) {
        std::string_view const name = "12:piece layers";
        append({name.data(), static_cast<std::ptrdiff_t>(name.size())});
        append(layers.data_section());
    }
    out.push_back('e');
    return out;
}

} // namespace

namespace ws {

std::shared_ptr<lt::torrent_info> load_metainfo(ws_span metainfo)
{
    auto const kept = keep_what_counts(metainfo);
    lt::load_torrent_limits limits;
    limits.max_decode_depth = max_depth;
    limits.max_decode_tokens = max_tokens;
    auto info = std::make_shared<lt::torrent_info>(
        lt::span<char const>(kept.data(), static_cast<std::ptrdiff_t>(kept.size())), limits, lt::from_span);
    auto const& files = info->files();
    for (auto const file : files.file_range()) {
        if (files.file_flags(file) & lt::file_storage::flag_symlink)
            throw failure("the metainfo has a symbolic link: " + files.file_path(file));
    }
    return info;
}

} // namespace ws

extern "C" {

int32_t ws_metainfo_describe(ws_span metainfo, ws_metainfo* out, ws_error* error) noexcept
{
    return ws::guarded(error, [&] {
        auto const info = ws::load_metainfo(metainfo);
        auto const& hashes = info->info_hashes();
        *out = {};
        std::memcpy(out->v1, hashes.v1.data(), sizeof out->v1);
        std::memcpy(out->v2, hashes.v2.data(), sizeof out->v2);
        out->has_v1 = hashes.has_v1() ? 1 : 0;
        out->has_v2 = hashes.has_v2() ? 1 : 0;
        out->pieces = info->num_pieces();
        out->piece_length = info->piece_length();
        out->total_bytes = info->total_size();
        return 0;
    });
}

} // extern "C"
