// The mainline DHT (BEP 5): nodes, announces and look-ups.
#include "internal.hpp"

#include <libtorrent/sha1_hash.hpp>

namespace {

lt::sha1_hash key_of(uint8_t const* key)
{
    return lt::sha1_hash(reinterpret_cast<char const*>(key));
}

} // namespace

extern "C" {

int32_t ws_dht_add_node(ws_session* session, ws_endpoint const* node, ws_error* error) noexcept
{
    return ws::guarded(error, [&] {
        auto const endpoint = ws::from_endpoint(*node);
        session->session->add_dht_node({endpoint.address().to_string(), endpoint.port()});
        return 0;
    });
}

int32_t ws_dht_announce(ws_session* session, uint8_t const* key, int32_t port, ws_error* error) noexcept
{
    return ws::guarded(error, [&] {
        session->session->dht_announce(key_of(key), port);
        return 0;
    });
}

int32_t ws_dht_get_peers(ws_session* session, uint8_t const* key, ws_error* error) noexcept
{
    return ws::guarded(error, [&] {
        session->session->dht_get_peers(key_of(key));
        return 0;
    });
}

} // extern "C"
