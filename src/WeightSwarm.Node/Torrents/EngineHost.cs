using System.Net;
using WeightSwarm.Node.Hosting;
using WeightSwarm.Torrent;

namespace WeightSwarm.Node.Torrents;

/// <summary>Makes engines: the daemon's own, and one of its own for each restore.</summary>
public interface IEngineFactory
{
    /// <summary>An engine that listens there.</summary>
    /// <exception cref="TorrentEngineException">The address is in use, or not this machine's.</exception>
    ITorrentEngine Create(TorrentEngineOptions options);
}

/// <summary>libtorrent's engines.</summary>
public sealed class LibtorrentFactory : IEngineFactory
{
    /// <inheritdoc/>
    public ITorrentEngine Create(TorrentEngineOptions options) => LibtorrentEngine.Create(options);
}

/// <summary>The daemon's engine, open from the start of the daemon to its end.</summary>
public sealed class EngineHost : IAsyncDisposable
{
    /// <summary>Opens the engine.</summary>
    /// <exception cref="SetupException">The port cannot be had.</exception>
    public EngineHost(DaemonOptions options, IEngineFactory factory)
    {
        try
        {
            Engine = factory.Create(OptionsFor(options, options.TorrentPort));
        }
        catch (TorrentEngineException e)
        {
            throw new SetupException($"{e.Message}; choose another port with --torrent-port", e);
        }
    }

    /// <summary>The engine.</summary>
    public ITorrentEngine Engine { get; }

    /// <summary>How every engine of a daemon is set up; on loopback nothing leaves the machine.</summary>
    /// <param name="options">Of the daemon.</param>
    /// <param name="port">Of this engine; 0: any free one.</param>
    public static TorrentEngineOptions OptionsFor(DaemonOptions options, int port) =>
        OptionsFor(new IPEndPoint(options.Listen, port)) with { DhtNodes = options.DhtNodes };

    /// <summary>The same, with the DHT's usual entrances.</summary>
    public static TorrentEngineOptions OptionsFor(IPEndPoint listen) => new()
    {
        Listen = listen,
        TouchesTheInternet = !IPAddress.IsLoopback(listen.Address),
    };

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Engine.DisposeAsync();
}
