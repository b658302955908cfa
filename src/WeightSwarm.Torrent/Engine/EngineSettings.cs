using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace WeightSwarm.Torrent.Engine;

/// <summary>Options as settings in libtorrent's own names, one name=value per line.</summary>
internal static class EngineSettings
{
    // The long-lived entrances of the mainline DHT, run by the makers of its clients.
    private const string BootstrapNodes =
        "dht.libtorrent.org:25401,router.bittorrent.com:6881,dht.transmissionbt.com:6881";

    private const int DiskThreadsEach = 4;

    /// <summary>The settings with which an engine starts.</summary>
    public static string From(TorrentEngineOptions options)
    {
        var text = new StringBuilder();
        AddDisk(text, options);
        AddPeers(text, options);
        AddNetwork(text, options);
        if (options.PrivateDht && !options.TouchesTheInternet)
            AddPrivateDht(text);
        // Of two lines with one name the last one counts.
        text.AppendJoin('\n', options.Settings);
        return text.ToString();
    }

    /// <summary>The settings of the two limits, bytes per second; 0 is unlimited.</summary>
    public static string Limits(int upload, int download)
    {
        var text = new StringBuilder();
        Add(text, "upload_rate_limit", upload);
        Add(text, "download_rate_limit", download);
        return text.ToString();
    }

    /// <summary>The setting of where the DHT is entered.</summary>
    public static string DhtEntrances(string nodes) => $"dht_bootstrap_nodes={nodes}\n";

    /// <summary>HOST:PORT of each entrance, with commas between; empty where nothing may leave the machine.</summary>
    public static string EntrancesOf(TorrentEngineOptions options) => !options.TouchesTheInternet ? ""
        : options.DhtNodes.Count > 0 ? string.Join(',', options.DhtNodes) : BootstrapNodes;

    // The values are chosen by `tests/bench engine`; docs/measurements/engine-settings.md has the figures. Of models of
    // several GiB the system makes writers wait for the disk: with threads to spare, reading and hashing go on then.
    private static void AddDisk(StringBuilder text, TorrentEngineOptions options)
    {
        var threads = options.DiskThreads > 0 ? options.DiskThreads : DiskThreadsEach * Environment.ProcessorCount;
        Add(text, "aio_threads", threads);
        Add(text, "hashing_threads", 1);
        // Plain reads and writes, never mapped files: a full volume and a truncated file are then errors of the call.
        // With mapped files they are SIGBUS, for which libtorrent would replace the runtime's own signal handlers.
        Add(text, "mmap_file_size_cutoff", int.MaxValue);
        Add(text, "disk_write_mode", 0);
        Add(text, "max_queued_disk_bytes", 8 << 20);
        Add(text, "file_pool_size", 256);
    }

    private static void AddPeers(StringBuilder text, TorrentEngineOptions options)
    {
        var near = !options.TouchesTheInternet;
        Add(text, "user_agent", $"WeightSwarm/{options.Version}");
        Add(text, "peer_fingerprint", Fingerprint(options.Version));
        Add(text, "allow_multiple_connections_per_ip", 1);
        Add(text, "no_connect_privileged_ports", 0);
        Add(text, "connections_limit", 800);
        // Every interested peer is served: the planner, not the choker, decides who should have what.
        Add(text, "unchoke_slots_limit", -1);
        Add(text, "connection_speed", near ? 500 : 50);
        Add(text, "smooth_connects", 0);
        // Peers are connected by the tick: half a second is long between neighbours.
        Add(text, "tick_interval", near ? 100 : 500);
        Add(text, "torrent_connect_boost", 255);
        Add(text, "min_reconnect_time", near ? 1 : 30);
        Add(text, "max_failcount", near ? 1000 : 10);
        Add(text, "peer_connect_timeout", near ? 3 : 15);
        Add(text, "peer_turnover", 0);
        Add(text, "alert_queue_size", 200_000);
        AddWebSeeds(text, near);
    }

    // A web seed is the daemon's own server on loopback: it holds a request while the origin behind it is slow, and
    // hangs up when the request had better be made again later.
    private static void AddWebSeeds(StringBuilder text, bool near)
    {
        Add(text, "urlseed_timeout", 120);
        Add(text, "urlseed_pipeline_size", 4);
        Add(text, "urlseed_wait_retry", near ? 1 : 15);
        Add(text, "max_web_seed_connections", 3);
    }

    private static void AddNetwork(StringBuilder text, TorrentEngineOptions options)
    {
        var internet = options.TouchesTheInternet;
        Add(text, "listen_interfaces", Interface(options.Listen));
        // A taken port is an error that names it, not a reason to listen somewhere else.
        Add(text, "max_retry_port_bind", 0);
        Add(text, "listen_system_port_fallback", 0);
        Add(text, "enable_dht", internet || options.PrivateDht);
        Add(text, "enable_lsd", internet);
        Add(text, "enable_upnp", internet);
        Add(text, "enable_natpmp", internet);
        // uTP stalls over loopback's large packets.
        Add(text, "enable_outgoing_utp", internet);
        Add(text, "enable_incoming_utp", internet);
        Add(text, "mixed_mode_algorithm", 0);
        text.Append(DhtEntrances(EntrancesOf(options)));
    }

    // By default libtorrent keeps DHT nodes of one network apart, distrusts unverified ids and limits its own rate.
    private static void AddPrivateDht(StringBuilder text)
    {
        Add(text, "dht_restrict_routing_ips", 0);
        Add(text, "dht_restrict_search_ips", 0);
        Add(text, "dht_ignore_dark_internet", 0);
        Add(text, "dht_prefer_verified_node_ids", 0);
        Add(text, "dht_block_ratelimit", 1_000_000);
        Add(text, "dht_upload_rate_limit", 1_000_000);
    }

    private static string Interface(IPEndPoint listen) => listen.AddressFamily == AddressFamily.InterNetworkV6
        ? $"[{listen.Address}]:{listen.Port}"
        : $"{listen.Address}:{listen.Port}";

    // Azureus style: -WS, then a digit each for major, minor and patch, then 0.
    private static string Fingerprint(string version)
    {
        var parts = version.Split('.', '-', '+');
        var digits = new StringBuilder("-WS");
        for (var i = 0; i < 3; i++)
            digits.Append(i < parts.Length && int.TryParse(parts[i], out var part) ? Math.Clamp(part, 0, 9) : 0);
        return digits.Append("0-").ToString();
    }

    private static void Add(StringBuilder text, string name, bool value) => Add(text, name, value ? 1 : 0);

    private static void Add(StringBuilder text, string name, int value) =>
        Add(text, name, value.ToString(CultureInfo.InvariantCulture));

    private static void Add(StringBuilder text, string name, string value) =>
        text.Append(name).Append('=').Append(value).Append('\n');
}
