// The session: its life, its settings, its ports and its counters.
#include "internal.hpp"

#include <libtorrent/alert_types.hpp>
#include <libtorrent/extensions/smart_ban.hpp>
#include <libtorrent/extensions/ut_metadata.hpp>
#include <libtorrent/extensions/ut_pex.hpp>
#include <libtorrent/ip_filter.hpp>
#include <libtorrent/peer_class.hpp>
#include <libtorrent/portmap.hpp>
#include <libtorrent/session_params.hpp>
#include <libtorrent/session_stats.hpp>

namespace {

constexpr auto alert_categories = lt::alert_category::error | lt::alert_category::status
    | lt::alert_category::storage | lt::alert_category::piece_progress | lt::alert_category::port_mapping
    | lt::alert_category::dht_operation;

// By default libtorrent exempts peers on local networks from the session's limits. The owner's limits hold for all.
void apply_limits_to_all_peers(lt::session& session)
{
    auto const global = std::uint32_t(1) << static_cast<std::uint32_t>(lt::session::global_peer_class_id);
    lt::ip_filter filter;
    filter.add_rule(lt::make_address("0.0.0.0"), lt::make_address("255.255.255.255"), global);
    filter.add_rule(lt::make_address("::"), lt::make_address("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), global);
    session.set_peer_class_filter(filter);
}

void add_extensions(lt::session& session, bool plain_peers)
{
    session.add_extension(&lt::create_smart_ban_plugin);
    // Magnet links work wherever peers do.
    session.add_extension(&lt::create_ut_metadata_plugin);
    if (!plain_peers)
        session.add_extension(&lt::create_ut_pex_plugin);
}

lt::session_params make_params(ws_span settings, ws_span state)
{
    auto params = state.length > 0
        ? lt::read_session_params(ws::chars_of(state), lt::session_handle::save_dht_state)
        : lt::session_params();
    params.settings = ws::parse_settings(ws::text_of(settings));
    params.settings.set_int(lt::settings_pack::alert_mask, static_cast<int>(
        static_cast<std::uint32_t>(alert_categories)));
    params.extensions.clear();
    return params;
}

} // namespace

extern "C" {

int32_t ws_session_create(ws_span settings, ws_span state, int32_t plain_peers, ws_session** out,
    ws_error* error) noexcept
{
    return ws::guarded(error, [&] {
        auto session = std::make_unique<ws_session>();
        session->session = std::make_unique<lt::session>(make_params(settings, state));
        add_extensions(*session->session, plain_peers != 0);
        apply_limits_to_all_peers(*session->session);
        auto* raw = session.get();
        session->session->set_alert_notify([raw] {
            std::lock_guard<std::mutex> lock(raw->alerts_mutex);
            raw->signalled = true;
            raw->alerts_ready.notify_one();
        });
        *out = session.release();
        return 0;
    });
}

int32_t ws_session_apply(ws_session* session, ws_span settings, ws_error* error) noexcept
{
    return ws::guarded(error, [&] {
        session->session->apply_settings(ws::parse_settings(ws::text_of(settings)));
        return 0;
    });
}

int32_t ws_session_save_state(ws_session* session, ws_buffer* out, ws_error* error) noexcept
{
    return ws::guarded(error, [&] {
        auto const state = session->session->session_state(lt::session_handle::save_dht_state);
        auto const bytes = lt::write_session_params_buf(state, lt::session_handle::save_dht_state);
        *out = ws::to_buffer(bytes.data(), bytes.size());
        return 0;
    });
}

int32_t ws_session_listen_port(ws_session* session, ws_error* error) noexcept
{
    return ws::guarded(error, [&] { return static_cast<int32_t>(session->session->listen_port()); });
}

int32_t ws_session_pause(ws_session* session, ws_error* error) noexcept
{
    return ws::guarded(error, [&] {
        session->session->pause();
        return 0;
    });
}

void ws_session_destroy(ws_session* session) noexcept
{
    if (session == nullptr)
        return;
    // The notifier uses the session; libtorrent's threads end before the rest of it goes.
    ws::guarded(nullptr, [&] {
        session->session->set_alert_notify([] {});
        session->session.reset();
        return 0;
    });
    delete session;
}

int32_t ws_counter_names(ws_buffer* out, ws_error* error) noexcept
{
    return ws::guarded(error, [&] {
        auto const metrics = lt::session_stats_metrics();
        std::vector<std::string> names(metrics.size());
        for (auto const& metric : metrics)
            names.at(static_cast<std::size_t>(metric.value_index)) = metric.name;
        std::string joined;
        for (auto const& name : names)
            joined += name + "\n";
        *out = ws::to_buffer(joined.data(), joined.size());
        return 0;
    });
}

int32_t ws_post_counters(ws_session* session, ws_error* error) noexcept
{
    return ws::guarded(error, [&] {
        session->session->post_session_stats();
        return 0;
    });
}

int32_t ws_map_port(ws_session* session, int32_t port, int32_t* mappings, int32_t room, ws_error* error) noexcept
{
    return ws::guarded(error, [&] {
        auto const made = session->session->add_port_mapping(lt::portmap_protocol::tcp, port, port);
        auto const count = static_cast<int32_t>(made.size());
        for (int32_t i = 0; i < count && i < room; ++i)
            mappings[i] = static_cast<int>(made[static_cast<std::size_t>(i)]);
        return count;
    });
}

int32_t ws_unmap_port(ws_session* session, int32_t mapping, ws_error* error) noexcept
{
    return ws::guarded(error, [&] {
        session->session->delete_port_mapping(lt::port_mapping_t(mapping));
        return 0;
    });
}

} // extern "C"
