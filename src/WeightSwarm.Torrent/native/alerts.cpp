// Alerts: waiting, popping, and turning libtorrent's objects into plain structs.
#include "internal.hpp"

#include <chrono>

#include <libtorrent/add_torrent_params.hpp>
#include <libtorrent/alert_types.hpp>
#include <libtorrent/write_resume_data.hpp>

namespace {

// While a removed torrent is still held by libtorrent, this is how often we look whether it has gone.
constexpr auto removal_poll = std::chrono::milliseconds(5);

ws_span as_span(std::string_view text)
{
    return {reinterpret_cast<std::uint8_t const*>(text.data()), static_cast<std::int64_t>(text.size())};
}

class translator {
public:
    explicit translator(ws_session& session) : session_(session) {}

    void translate(lt::alert* alert)
    {
        using namespace lt;
        if (auto const* piece = alert_cast<piece_finished_alert>(alert))
            torrent(WS_ALERT_PIECE_VERIFIED, *piece).a = static_cast<int>(piece->piece_index);
        else if (auto const* bad = alert_cast<hash_failed_alert>(alert))
            torrent(WS_ALERT_PIECE_FAILED, *bad).a = static_cast<int>(bad->piece_index);
        else if (auto const* checked = alert_cast<torrent_checked_alert>(alert))
            torrent(WS_ALERT_CHECKED, *checked);
        else if (auto const* finished = alert_cast<torrent_finished_alert>(alert))
            torrent(WS_ALERT_FINISHED, *finished);
        else if (auto const* paused = alert_cast<torrent_paused_alert>(alert))
            torrent(WS_ALERT_PAUSED, *paused);
        else if (auto const* flushed = alert_cast<cache_flushed_alert>(alert))
            torrent(WS_ALERT_FLUSHED, *flushed);
        else if (auto const* resume = alert_cast<save_resume_data_alert>(alert))
            resume_data(*resume);
        else if (auto const* no_resume = alert_cast<save_resume_data_failed_alert>(alert))
            failed(torrent(WS_ALERT_RESUME_DATA_FAILED, *no_resume), no_resume->error);
        else
            trouble(alert);
    }

private:
    // Things that go wrong, and things of the session.
    void trouble(lt::alert* alert)
    {
        using namespace lt;
        if (auto const* file = alert_cast<file_error_alert>(alert))
            file_error(*file);
        else if (auto const* error = alert_cast<torrent_error_alert>(alert))
            failed(torrent(WS_ALERT_TORRENT_ERROR, *error), error->error).text = keep(error->filename());
        else if (auto const* rejected = alert_cast<fastresume_rejected_alert>(alert))
            failed(torrent(WS_ALERT_RESUME_REJECTED, *rejected), rejected->error).text = keep(rejected->file_path());
        else if (auto const* peers = alert_cast<dht_get_peers_reply_alert>(alert))
            dht_peers(*peers);
        else if (auto const* counters = alert_cast<session_stats_alert>(alert))
            count(*counters);
        else if (auto const* mapped = alert_cast<portmap_alert>(alert))
            port_mapped(*mapped);
        else if (auto const* unmapped = alert_cast<portmap_error_alert>(alert))
            failed(plain(WS_ALERT_PORT_NOT_MAPPED), unmapped->error).a = static_cast<int>(unmapped->mapping);
        else if (auto const* listening = alert_cast<listen_succeeded_alert>(alert))
            listen(WS_ALERT_LISTENING, listening->port, listening->socket_type);
        else if (auto const* deaf = alert_cast<listen_failed_alert>(alert))
            failed(listen(WS_ALERT_NOT_LISTENING, deaf->port, deaf->socket_type), deaf->error);
        else if (alert_cast<alerts_dropped_alert>(alert))
            plain(WS_ALERT_DROPPED);
    }

    ws_alert& plain(ws_alert_type type)
    {
        session_.alerts.push_back({});
        session_.alerts.back().type = type;
        return session_.alerts.back();
    }

    ws_alert& torrent(ws_alert_type type, lt::torrent_alert const& alert)
    {
        auto& out = plain(type);
        out.tag = reinterpret_cast<std::uint64_t>(alert.handle.userdata().get<ws_tag>());
        return out;
    }

    ws_alert& failed(ws_alert& out, lt::error_code const& error)
    {
        out.code = error.value();
        out.message = keep(error.message());
        return out;
    }

    ws_alert& listen(ws_alert_type type, int port, lt::socket_type_t socket)
    {
        auto& out = plain(type);
        out.a = port;
        out.b = socket == lt::socket_type_t::tcp ? 0 : 1;
        return out;
    }

    void file_error(lt::file_error_alert const& alert)
    {
        auto& out = failed(torrent(WS_ALERT_FILE_ERROR, alert), alert.error);
        auto const& category = alert.error.category();
        out.a = category == boost::system::system_category() || category == boost::system::generic_category();
        out.text = keep(alert.filename());
    }

    void port_mapped(lt::portmap_alert const& alert)
    {
        auto& out = plain(WS_ALERT_PORT_MAPPED);
        out.a = static_cast<int>(alert.mapping);
        out.b = alert.external_port;
    }

    void resume_data(lt::save_resume_data_alert const& alert)
    {
        // The trees hold 32 bytes for every 16 KiB; what is needed of them is in the metainfo's piece layers.
        auto params = alert.params;
        params.merkle_trees.clear();
        params.merkle_tree_mask.clear();
        params.verified_leaf_hashes.clear();
        auto const bytes = lt::write_resume_data_buf(params);
        torrent(WS_ALERT_RESUME_DATA, alert).data = keep({bytes.data(), bytes.size()});
    }

    void dht_peers(lt::dht_get_peers_reply_alert const& alert)
    {
        std::vector<char> bytes(alert.info_hash.begin(), alert.info_hash.end());
        for (auto const& peer : alert.peers()) {
            auto const endpoint = ws::to_endpoint(peer);
            auto const* raw = reinterpret_cast<char const*>(&endpoint);
            bytes.insert(bytes.end(), raw, raw + sizeof endpoint);
        }
        plain(WS_ALERT_DHT_PEERS).data = keep({bytes.data(), bytes.size()});
    }

    void count(lt::session_stats_alert const& alert)
    {
        auto const values = alert.counters();
        plain(WS_ALERT_COUNTERS).data = as_span({reinterpret_cast<char const*>(values.data()),
            static_cast<std::size_t>(values.size()) * sizeof(std::int64_t)});
    }

    ws_span keep(std::string_view text)
    {
        session_.storage.emplace_back(text.begin(), text.end());
        auto const& kept = session_.storage.back();
        return as_span({kept.data(), kept.size()});
    }

    ws_session& session_;
};

void report_removed(ws_session& session)
{
    std::lock_guard<std::mutex> lock(session.torrents_mutex);
    auto& removing = session.removing;
    for (auto it = removing.begin(); it != removing.end();) {
        if (it->second.is_valid()) {
            ++it;
            continue;
        }
        ws_alert alert{};
        alert.type = WS_ALERT_REMOVED;
        alert.tag = it->first;
        session.alerts.push_back(alert);
        it = removing.erase(it);
    }
}

bool any_removing(ws_session& session)
{
    std::lock_guard<std::mutex> lock(session.torrents_mutex);
    return !session.removing.empty();
}

} // namespace

extern "C" {

int32_t ws_wait_alerts(ws_session* session, int32_t ms, ws_error* error) noexcept
{
    return ws::guarded(error, [&] {
        bool const removing = any_removing(*session);
        std::unique_lock<std::mutex> lock(session->alerts_mutex);
        auto const ready = [&] { return session->signalled; };
        if (removing)
            session->alerts_ready.wait_for(lock, removal_poll, ready);
        else if (ms < 0)
            session->alerts_ready.wait(lock, ready);
        else
            session->alerts_ready.wait_for(lock, std::chrono::milliseconds(ms), ready);
        int32_t const answer = session->signalled || removing ? 1 : 0;
        session->signalled = false;
        return answer;
    });
}

int32_t ws_pop_alerts(ws_session* session, ws_alert const** alerts, ws_error* error) noexcept
{
    return ws::guarded(error, [&] {
        session->alerts.clear();
        session->storage.clear();
        session->session->pop_alerts(&session->popped);
        translator translate(*session);
        for (auto* alert : session->popped)
            translate.translate(alert);
        report_removed(*session);
        *alerts = session->alerts.data();
        return static_cast<int32_t>(session->alerts.size());
    });
}

int32_t ws_wake(ws_session* session, ws_error* error) noexcept
{
    return ws::guarded(error, [&] {
        std::lock_guard<std::mutex> lock(session->alerts_mutex);
        session->signalled = true;
        session->alerts_ready.notify_one();
        return 0;
    });
}

} // extern "C"
