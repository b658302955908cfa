using System.Net;

namespace WeightSwarm.Node.Hosting;

/// <summary>What the command line tells a daemon.</summary>
public sealed record DaemonOptions
{
    /// <summary>The default of <see cref="GossipPort"/>.</summary>
    public const int DefaultGossipPort = 6890;

    /// <summary>The default of <see cref="TorrentPort"/>.</summary>
    public const int DefaultTorrentPort = 6891;

    /// <summary>The default of <see cref="HttpPort"/>.</summary>
    public const int DefaultHttpPort = 6892;

    /// <summary>Absolute path of the state folder: key, store, control socket.</summary>
    public required string StateFolder { get; init; }

    /// <summary>Where gossip and BitTorrent listen; on a loopback address the daemon never leaves the
    /// machine.</summary>
    public IPAddress Listen { get; init; } = IPAddress.Any;

    /// <summary>TCP port of gossip; 0: any free one.</summary>
    public int GossipPort { get; init; } = DefaultGossipPort;

    /// <summary>TCP and UDP port of BitTorrent; 0: any free one.</summary>
    public int TorrentPort { get; init; } = DefaultTorrentPort;

    /// <summary>TCP port of the local web, on 127.0.0.1 only; 0: any free one.</summary>
    public int HttpPort { get; init; } = DefaultHttpPort;

    /// <summary>Whether the daemon stays on this machine: no DHT, no router is asked, no origin is looked
    /// at.</summary>
    public bool StaysOnLoopback => IPAddress.IsLoopback(Listen);

    /// <summary>Where the DHT is entered, HOST:PORT each; empty: at the mainline's long-lived nodes.</summary>
    public IReadOnlyList<string> DhtNodes { get; init; } = [];

    /// <summary>Origins may lead to this machine and to private networks, in pace real, too.</summary>
    public bool LocalOrigins { get; init; }
}
